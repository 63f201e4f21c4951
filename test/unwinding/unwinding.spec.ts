/**
 * Random stories of results, appeals, annulments, recusals, merges, payments, redeliveries and restarts, told to certification
 * and incentives as they run, on PostgreSQL; what comes out is compared with a model that shares nothing with them.
 * `UNWINDING_SEED`, `UNWINDING_RUNS` and `UNWINDING_SECONDS` tell a story again, or more of them.
 */
import fc from 'fast-check';
import { packsForSpecs } from '../../apps/certification/src/spec-world.js';
import { distinct, faults, outcome } from './check.js';
import { kinds, packOf } from './kinds.js';
import { richness } from './model.js';
import { Stage, Telling } from './stage.js';
import { type Step, type Story, story } from './story.js';

const asked = process.env['UNWINDING_SEED'];
const seed = Number(asked ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['UNWINDING_RUNS'] ?? 40);
const seconds = Number(process.env['UNWINDING_SECONDS'] ?? 60);

/** Every other one is among those in which most hangs on a correction: a slow machine tells few. */
const stories = (): Story[] => {
  const all = fc.sample(story, { seed, numRuns: numRuns * 8 });
  const rich = [...all].sort((a, b) => richness(b) - richness(a)).slice(0, numRuns);
  return rich.flatMap((one, index) => [one, ...all.slice(index, index + 1)]).slice(0, numRuns);
};

/** On demand (`npm run stories`, or with UNWINDING_SEED): each story takes seconds, and it is many of them that find something. */
const onDemand = asked !== undefined || process.env['UNWINDING_RUNS'] !== undefined ? describe : describe.skip;

onDemand(`unwinding (UNWINDING_SEED=${seed})`, () => {
  let stage: Stage;
  beforeAll(async () => {
    packsForSpecs(kinds.map(packOf));
    stage = await Stage.open();
  }, 120_000);
  afterAll(() => stage.close());

  let told = 0;
  const tell = async (of: Story, steps: readonly Step[], name: string) => {
    const telling = new Telling(stage, of, name);
    await telling.begin();
    const check = async () => {
      await telling.settle();
      const found = await telling.found();
      const wrong = faults(telling, found);
      if (wrong.length > 0) throw new Error(`${name}, after ${steps.length} steps:\n  ${wrong.join('\n  ')}`);
      return found;
    };
    for (const step of steps) {
      await telling.take(step);
      if (step.is === 'check') await check();
    }
    const found = await check();
    return { telling, outcome: outcome(telling, found) };
  };

  it('comes out as the published final revisions say, whichever contest is heard first', async () => {
    const until = Date.now() + seconds * 1_000;
    for (const of of stories()) {
      // However slow the machine is, some stories are told.
      if (told >= 3 && Date.now() > until) break;
      told += 1;
      try {
        const one = await tell(of, of.steps, `${seed}/${told}/a`);
        const other = await tell(of, of.otherSteps, `${seed}/${told}/b`);
        // Contests of one instant are ordered by their ids, which differ between the tellings.
        if (distinct(one.telling)) expect(other.outcome).toEqual(one.outcome);
      } catch (error) {
        throw new Error(`story ${told} of UNWINDING_SEED=${seed}: ${JSON.stringify(of)}`, { cause: error });
      }
    }
    process.stderr.write(`unwinding: ${told} stories of UNWINDING_SEED=${seed}\n`);
  }, seconds * 1_000 + 600_000);
});
