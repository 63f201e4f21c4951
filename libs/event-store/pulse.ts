import type { EventStore } from './store.js';

/**
 * What other processes append is seen by one cheap look a moment for all who follow, and not by a look of each. The sequence
 * says whether there is anything new; only then is the watermark asked, again and again until what was drawn can be read.
 */
export class Pulse {
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> = Promise.resolve();
  private head = 0;

  constructor(
    private readonly store: Pick<EventStore, 'drawn' | 'head'>, private readonly onMoved: () => void,
    private readonly everyMs = 250,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.beating = this.beating.then(() => this.beat());
    }, this.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
  }

  private async beat(): Promise<void> {
    try {
      if ((await this.store.drawn()) <= this.head) return;
      const head = await this.store.head();
      if (head <= this.head) return;
      this.head = head;
      this.onMoved();
    } catch {
      // The database is away: whoever is woken later, or looks by itself, says so.
    }
  }
}
