interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What arrives together, or while other work is under way, is done together: the partitions of one fetch share a transaction, and
 * tell the broker of it in one request, as each of its own costs as much. No timer: who comes alone does not wait.
 */
export class Joint<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private working = false;

  /** `work` tells a result for each item, in their order; where it fails, it has failed for all. */
  constructor(private readonly work: (items: readonly T[]) => Promise<readonly R[]>) {}

  do(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.working) return;
      this.working = true;
      setImmediate(() => void this.goOn()); // those that come in the same turn are there by then
    });
  }

  private async goOn(): Promise<void> {
    while (this.waiting.length > 0) {
      const some = this.waiting;
      this.waiting = [];
      try {
        const results = await this.work(some.map(({ item }) => item));
        some.forEach(({ resolve }, n) => resolve(results[n] as R));
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.working = false;
  }
}
