/** A follower's wait that can be cut short. To rouse nobody has no effect: who must not miss a call remembers that there was one. */
export class Nap {
  private end: (() => void) | undefined;

  async take(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.end = undefined;
  }

  rouse(): void {
    this.end?.();
  }
}
