import { Batches } from './batches.js';

describe('work that is done together', () => {
  it('takes all that comes in one turn, and then all that came meanwhile, each with its own result', async () => {
    const done: (readonly number[])[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const batches = new Batches<number, string>(async (items) => {
      done.push(items);
      if (done.length === 1) await gate;
      return items.map((item) => `${item} done`);
    }, { byTurn: true });
    const first = [1, 2].map((n) => batches.add(n));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = [3, 4, 5].map((n) => batches.add(n));
    open();
    expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4, 5].map((n) => `${n} done`));
    expect(await batches.add(6)).toBe('6 done');
    expect(done).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('fails for all that were together, and for nobody after them', async () => {
    const batches = new Batches<number, number>((items) =>
      items.includes(2) ? Promise.reject(new Error('two')) : Promise.resolve(items), { byTurn: true });
    const outcomes = await Promise.allSettled([1, 2].map((n) => batches.add(n)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await batches.add(3)).toBe(3);
  });
});
