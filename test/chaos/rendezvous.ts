/** Several go on side by side, and wait for each other where something is done for all of them at once. */
export class Rendezvous {
  private waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  private failed: { readonly error: Error } | undefined;

  constructor(private readonly parties: number) {}

  /** Resolves for all once all have come and `work` is done, which the last one does. */
  meet(work: () => Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failed) return reject(this.failed.error);
      this.waiting.push({ resolve, reject });
      if (this.waiting.length < this.parties) return;
      const all = this.waiting.splice(0);
      work().then(
        () => all.forEach((one) => one.resolve()),
        (error: unknown) => all.forEach((one) => one.reject(error)),
      );
    });
  }

  /** One of them will not come any more: nobody waits for it. */
  fail(error: Error): void {
    this.failed ??= { error };
    for (const one of this.waiting.splice(0)) one.reject(error);
  }
}
