interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

/** Items queue while a call is under way and leave together as soon as it is back: no timer, so nothing waits when idle. */
export class Batches<I, O> {
  private queue: Waiting<I, O>[] = [];
  private underWay = 0;

  constructor(
    /** One result an item, in their order. */
    private readonly call: (items: readonly I[]) => Promise<readonly O[]>,
    private readonly atOnce = 1,
    private readonly size = 256,
  ) {}

  add(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.queue.length === 0 || this.underWay >= this.atOnce) return;
    const some = this.queue.splice(0, this.size);
    this.underWay += 1;
    this.call(some.map(({ item }) => item))
      .then(
        (results) => some.forEach(({ resolve }, index) => resolve(results[index] as O)),
        (error: unknown) => some.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.underWay -= 1;
        this.next();
      });
  }
}
