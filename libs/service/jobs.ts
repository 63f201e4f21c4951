import type { Logger } from 'pino';
import { Nap } from '#libs/event-store';
import type { Job } from './definition.js';

/** It is woken when the views have gone on; this is for whatever else may have changed. */
const IDLE_MS = 2_000;

export interface JobState {
  readonly name: string;
  /** Counts the steps that found nothing to do. */
  readonly idle: boolean;
  readonly failing: string | null;
}

/** Calls a job's steps one after the other; what fails is tried again, more and more slowly. */
export class JobRunner {
  private loop: Promise<void> | undefined;
  private stopping = false;
  private woken = false;
  private readonly nap = new Nap();
  private failures = 0;
  private failing: string | null = null;
  /** Steps that began, and the last of them that began and found nothing to do. */
  private began = 0;
  private foundNothing = 0;

  constructor(
    private readonly job: Job,
    private readonly log: Logger,
  ) {}

  get view(): string {
    return this.job.view;
  }

  start(): void {
    this.loop = this.run();
  }

  wake(): void {
    this.woken = true;
    if (this.failures === 0) this.nap.rouse();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.nap.rouse();
    await this.loop;
  }

  /** Resolves with true once a step that begins after this call finds nothing to do; false where it takes too long. */
  async idle(timeoutMs = 2_000): Promise<boolean> {
    const from = this.began;
    const until = Date.now() + timeoutMs;
    this.wake();
    while (this.foundNothing <= from) {
      if (Date.now() > until || this.stopping) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  }

  state(): JobState {
    return { name: this.job.name, idle: this.foundNothing === this.began, failing: this.failing };
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false;
      const number = (this.began += 1);
      let more = false;
      try {
        more = await this.job.step();
        this.failures = 0;
        this.failing = null;
        if (!more) this.foundNothing = number;
      } catch (error) {
        this.failures += 1;
        this.failing = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
        this.log.error({ job: this.job.name, failures: this.failures, error: this.failing }, 'a job failed and is tried again');
      }
      if (!more && !(this.woken && this.failures === 0)) await this.pause();
    }
  }

  private pause(): Promise<void> {
    if (this.stopping) return Promise.resolve();
    const ms = this.failures === 0 ? IDLE_MS : Math.min(30_000, 100 * 2 ** this.failures);
    return this.nap.take(ms);
  }
}
