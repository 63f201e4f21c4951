import { sleep } from '../backoff.js';

/** So long after a write at least comes the next. */
const BREATH_MS = 50;

/**
 * Keeps how far was sent while the relay goes on: one write at a time, of the highest, so that no batch waits until the disk has
 * what is known of the one before. Who dies meanwhile sends a little again, which has no effect.
 */
export class Progress {
  private sent = 0;
  private kept = 0;
  private keeping: Promise<void> | undefined;
  private failed: { readonly error: unknown } | undefined;

  constructor(
    private readonly keep: (checkpoint: number) => Promise<void>,
    /** A write failed: somebody should ask `check` soon. */
    private readonly onFailed: () => void = () => undefined,
  ) {}

  /** A new turn, from where the lease was taken over. */
  begin(checkpoint: number): void {
    this.sent = this.kept = checkpoint;
    this.failed = undefined;
  }

  /** Everything up to here is with the bus. */
  reached(checkpoint: number): void {
    this.sent = checkpoint;
    this.keeping ??= this.goOn();
  }

  /** Until what was reached is kept. */
  async settled(): Promise<void> {
    await this.keeping;
  }

  /** Throws what the last write came to, once; what it had to keep is then tried again. */
  check(): void {
    const { failed } = this;
    this.failed = undefined;
    if (failed) throw failed.error;
    if (this.kept < this.sent) this.keeping ??= this.goOn();
  }

  private async goOn(): Promise<void> {
    try {
      do {
        const { sent } = this;
        await this.keep(sent);
        this.kept = sent;
        await sleep(BREATH_MS);
      } while (this.kept < this.sent);
    } catch (error) {
      this.failed = { error };
      this.onFailed();
    } finally {
      this.keeping = undefined;
    }
  }
}
