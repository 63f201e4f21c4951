import { until } from '#libs/testing';
import { Progress } from './progress.js';

describe('the kept place of a relay', () => {
  it('is written at once, one write at a time, and then of the highest alone', async () => {
    const kept: number[] = [];
    let under = 0;
    const progress = new Progress(async (checkpoint) => {
      expect((under += 1)).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      kept.push(checkpoint);
      under -= 1;
    });
    progress.begin(3);
    for (let sent = 4; sent <= 40; sent += 1) progress.reached(sent);
    await progress.settled();
    expect(kept).toEqual([4, 40]);
  });

  it('tells what went wrong to whoever goes on, and is then tried again', async () => {
    const kept: number[] = [];
    let away = true;
    let woken = 0;
    const progress = new Progress(async (checkpoint) => {
      if (away) throw new Error('no database');
      kept.push(checkpoint);
    }, () => (woken += 1));
    progress.begin(0);
    progress.reached(5);
    await progress.settled();
    expect(woken).toBe(1);
    expect(() => progress.check()).toThrow('no database');
    away = false;
    progress.check();
    await until(async () => kept.length > 0, 'the second try', 5_000);
    expect(kept).toEqual([5]);
  });

  it('keeps nothing of the turn before', async () => {
    const kept: number[] = [];
    const progress = new Progress(async (checkpoint) => void kept.push(checkpoint));
    progress.begin(0);
    progress.reached(9);
    await progress.settled();
    progress.begin(20);
    progress.check();
    await progress.settled();
    expect(kept).toEqual([9]);
  });
});
