/** Work on the same thing waits for its turn in this process, in the order in which it came. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  take<T>(thing: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(thing);
    const mine = before === undefined ? work() : before.then(work);
    const settled: Promise<void> = mine.then(
      () => this.leave(thing, settled),
      () => this.leave(thing, settled),
    );
    this.last.set(thing, settled);
    return mine;
  }

  private leave(thing: string, turn: Promise<unknown>): void {
    if (this.last.get(thing) === turn) this.last.delete(thing);
  }
}
