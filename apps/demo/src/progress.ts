import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './play.js';

/** A bar on standard error; where that is no terminal, one line a step. */
export const progressBar = (): Progress & { stop(): void } => {
  const began = Date.now();
  const terminal = process.stderr.isTTY;
  const bar = new SingleBar(
    {
      format: '{bar} {percentage}% {seconds} s  {name}', stream: process.stderr, hideCursor: true, clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const STEPS = 11;
  let [steps, calls, done, running] = [0, 0, 0, false];
  const show = (name?: string): void => {
    const part = calls === 0 ? 0 : done / calls;
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    const thousandths = Math.min(1000, Math.round(((steps - 1 + part) / STEPS) * 1000));
    if (terminal) bar.update(thousandths, { ...(name ? { name } : {}), seconds });
  };
  return {
    step: (name, of = 0) => {
      if (terminal && !running) bar.start(1000, 0, { name, seconds: '0' });
      running = true;
      [steps, calls, done] = [steps + 1, of, 0];
      if (!terminal && name !== '') process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${name}\n`);
      show(name);
    },
    done: (count = 1) => {
      const quarters = Math.floor((done * 4) / calls);
      done += count;
      if (done % 25 === 0) show();
      // Where nobody sees a bar move, a line says every quarter that it does.
      if (!terminal && Math.floor((done * 4) / calls) > quarters) process.stderr.write(`         ${done} of ${calls}\n`);
    },
    say: (line) => {
      if (terminal) process.stderr.write('\r\x1b[2K');
      process.stderr.write(`        ${line}\n`);
    },
    stop: () => bar.stop(),
  };
};
