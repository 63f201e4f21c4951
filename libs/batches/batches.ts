interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (value: O) => void;
  readonly reject: (error: unknown) => void;
}

const SIZE = 256;

/** Items queue while a call is under way and leave together as soon as it is back: no timer, so nothing waits when idle. */
export class Batches<I, O> {
  private queue: Waiting<I, O>[] = [];
  private busy = false;

  constructor(
    /** One result an item, in their order; where it fails, it has failed for all. */
    private readonly call: (items: readonly I[]) => Promise<readonly O[]>,
    /** Also those leave together that come in one turn, as the partitions of one fetch do: a call waits until it is over. */
    private readonly options: { readonly byTurn?: boolean } = {},
  ) {}

  add(item: I): Promise<O> {
    return new Promise((resolve, reject) => {
      this.queue.push({ item, resolve, reject });
      this.next();
    });
  }

  private next(): void {
    if (this.queue.length === 0 || this.busy) return;
    this.busy = true;
    if (this.options.byTurn) setImmediate(() => this.leave());
    else this.leave();
  }

  private leave(): void {
    const some = this.queue.splice(0, SIZE);
    this.call(some.map(({ item }) => item))
      .then(
        (results) => some.forEach(({ resolve }, index) => resolve(results[index] as O)),
        (error: unknown) => some.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.busy = false;
        this.next();
      });
  }
}
