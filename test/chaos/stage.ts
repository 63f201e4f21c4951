/** A fleet under faults as something to play on: it has settled when every process says so, which the storm has to allow. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet, Instance } from '#libs/fleet';
import type { Write } from '../../apps/demo/src/http.js';
import { cast, ORGANISATION } from '../../apps/demo/src/actors.js';
import type { Storm } from './storm.js';
import type { Stage } from './wave.js';

interface CaughtUp { readonly idle: boolean; readonly position: number; readonly busy: readonly string[] }

/**
 * So long do faults go on while everybody waits, which is when most reactions work; then they hold off until all is settled.
 * Were it longer, nothing would settle while faults last, and most of them would meet one and the same step of a wave.
 */
const GRACE_MS = 2_000;
const PATIENCE_MS = 600_000;

export class StandsStill extends Error {
  constructor(said: unknown) {
    super(`not caught up: ${JSON.stringify(said)}`);
    this.name = 'StandsStill';
  }
}

export const stageOf = (
  fleet: Fleet, storm: () => Storm | undefined, wrote: (write: Write) => void, patienceMs = PATIENCE_MS,
): Stage => {
  const token = () => fleet.token(cast.operator, ORGANISATION, ['operator']);
  const failed = (): void => {
    const why = storm()?.failed;
    if (why) throw why;
  };

  const settled = async (): Promise<void> => {
    storm()?.calm(GRACE_MS);
    const operator = await token();
    const until = Date.now() + patienceMs;
    for (let [before, asked]: [string, number] = ['', 1]; ; asked += 1) {
      const said = await Promise.all(fleet.instances.map((one) => caughtUp(one, operator)));
      const now = said.every((each) => each?.idle === true) ? said.map((each) => each?.position).join() : '';
      if (now !== '' && now === before) break;
      failed();
      if (Date.now() > until)
        throw new StandsStill(
          fleet.instances.map(({ service, number }, n) => [`${service} ${number}`, said[n]?.busy ?? 'no answer']),
        );
      before = now;
      await sleep(now === '' ? Math.min(1_000, 100 * asked) : 25); // to be asked is work, too
    }
    storm()?.rage();
  };

  return {
    url: fleet.url,
    settled,
    moveClock: async (to) => {
      await settled();
      const operator = await token();
      // Each process believes for a moment what it knows of the time: each is told.
      await Promise.all(fleet.instances.map((one) => move(one, operator, to, Date.now() + patienceMs, failed)));
      await settled();
    },
    // Whatever went wrong over there: the same key makes it safe to ask again.
    again: (status) => status >= 500,
    wrote,
    patienceMs,
  };
};

const caughtUp = async ({ url }: Instance, token: string): Promise<CaughtUp | undefined> => {
  try {
    const answer = await fetch(`${url}/admin/caught-up`, {
      headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(20_000),
    });
    return answer.ok ? ((await answer.json()) as CaughtUp) : undefined;
  } catch {
    return undefined;
  }
};

const move = async (one: Instance, token: string, now: string, until: number, failed: () => void): Promise<void> => {
  for (;;) {
    const answer = await fetch(`${one.url}/admin/clock`, {
      method: 'POST', body: JSON.stringify({ now }), signal: AbortSignal.timeout(20_000),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }).catch(() => undefined);
    if (answer?.ok) return;
    failed();
    const why = answer === undefined ? 'no answer' : `${answer.status} ${await answer.text().catch(() => '')}`;
    if (why.includes('clock-goes-forward')) return; // a part that was broken off had come further
    const hopeless = answer !== undefined && answer.status < 500;
    if (hopeless || Date.now() > until) throw new Error(`the clock of ${one.service} ${one.number} cannot be moved: ${why}`);
    await sleep(200);
  }
};

