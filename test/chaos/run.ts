/** One run: a fleet in a folder, waves of competitions while faults last, and the checks at the end. It may be gone on with. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Kafka } from 'kafkajs';
import { type Fleet, startFleet } from '#libs/fleet';
import { Api, type Write } from '../../apps/demo/src/http.js';
import { factsAreAlike } from './checks/facts.js';
import { inboxesRemember } from './checks/inbox.js';
import { onlyPoisonParked } from './checks/parked.js';
import { type Counted, promotedOnce } from './checks/promotions.js';
import { nothingMissing } from './checks/published.js';
import { viewsAreFolds } from './checks/views.js';
import { writesAreThere } from './checks/writes.js';
import { Proxy } from './proxy.js';
import type { Reference } from './reference.js';
import { instancesOf, type Schedule } from './schedule.js';
import { stageOf } from './stage.js';
import { Storm, wireName } from './storm.js';
import { clientOf, readTopics, type Seen } from './topics.js';
import { Findings, seconds, type Verdict } from './verdict.js';
import { FIRST_INSTANT, type Played, playWave } from './wave.js';

export interface RunOptions {
  readonly folder: string;
  readonly tell: (sentence: string) => void;
  /** How long anything may stand still. */
  readonly patienceMs?: number;
}

/** What a run remembers between its parts: it ends between two waves. */
interface State {
  /** The same for all its waves. */
  readonly seed: number;
  readonly next: number;
  readonly ended: readonly string[];
  readonly played: readonly Played[];
  /** A wave is under way. */
  readonly playing?: boolean;
}

export interface Report extends Verdict, Omit<Counted, 'problems'> {
  readonly waves: number;
  readonly writes: number;
  readonly messages: number;
  /** Processes that ended by themselves, and were started again. */
  readonly ended: readonly string[];
}

export class Run {
  private storm: Storm | undefined;
  private readonly writes: Write[] = [];
  private kept: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: RunOptions,
    private state: State,
    private readonly fleet: Fleet,
    private readonly wires: ReadonlyMap<string, Proxy>,
    private readonly kafka: Kafka,
  ) {}

  static async open(options: RunOptions, seed: number): Promise<Run> {
    const folder = path.resolve(options.folder);
    await mkdir(folder, { recursive: true });
    const state = await readFile(path.join(folder, 'state.json'), 'utf8').then(
      (text) => JSON.parse(text) as State, (): State => ({ seed, next: 0, ended: [], played: [] }),
    );
    if (state.playing === true)
      throw new Error(`it ended in the middle of wave ${state.played.length}, from where nobody can go on: begin in another folder`);
    const wires = new Map<string, Proxy>();
    const began = Date.now();
    const fleet = await startFleet({
      folder: path.join(folder, 'fleet'), instances: instancesOf, clock: 'manual', startAt: FIRST_INSTANT,
      // Nothing here cuts the machine's power; a connection that is held outlives the instance that had it.
      postgres: { fsync: 'off', max_connections: '500' },
      through: async ({ service, instance }, to, at) => {
        const wire = await Proxy.open(at);
        wires.set(wireName(service, instance, to), wire);
        return wire.address;
      },
    }).catch((error: unknown) => {
      for (const wire of wires.values()) wire.close();
      throw error;
    });
    options.tell(`the services are up after ${seconds(began)}`);
    const run = new Run({ ...options, folder }, state, fleet, wires, clientOf(fleet.brokers));
    await run.readLedger();
    return run;
  }

  /** How many faults of the schedule there have been. */
  get next(): number {
    return this.state.next;
  }

  /** Waves while faults last, and until the time is over. True where the schedule was used up. */
  async play({ faults }: Schedule, until = Infinity): Promise<boolean> {
    const { fleet, options: { tell, patienceMs } } = this;
    const storm = this.storm = new Storm(fleet, this.wires, this.kafka, faults, this.state.next, tell);
    const wrote = (write: Write): void => {
      this.keep(write);
      storm.wrote();
    };
    const stage = stageOf(fleet, () => this.storm, wrote, patienceMs);
    try {
      do {
        const wave = this.state.played.length;
        const began = Date.now();
        await this.keepState({ ...this.state, playing: true });
        storm.start();
        const played = await playWave(stage, this.state.seed, wave);
        tell(`wave ${wave} is over after ${seconds(began)}, with ${storm.next} of ${faults.length} faults`);
        this.state = { ...this.state, next: storm.next, played: [...this.state.played, played] };
        await this.keepState(this.state);
      } while (!storm.usedUp && Date.now() < until);
      await storm.stop();
      if (storm.failed) throw storm.failed;
      await stage.settled();
    } finally {
      await storm.stop();
      this.state = { ...this.state, next: storm.next, ended: [...this.state.ended, ...storm.ended] };
      this.storm = undefined;
    }
    await this.keepState(this.state);
    return this.state.next >= faults.length;
  }

  /** Another schedule, from its beginning, on what there is. */
  async playNext(schedule: Schedule): Promise<boolean> {
    this.state = { ...this.state, next: 0 };
    return this.play(schedule);
  }

  /** `quick`: where the messages are not as they should be, the rest is not worth its time. */
  async check(reference: Reference, quick = false): Promise<Report> {
    const { fleet, options: { tell }, state: { played, ended }, writes } = this;
    const stage = stageOf(fleet, () => undefined, () => undefined);
    const findings = new Findings(tell);
    const look: Findings['look'] = async (...at) => {
      if (!quick || findings.failed.length === 0) await findings.look(...at);
    };
    await stage.settled();
    const seen = await this.lookAtMessages(findings);
    const api = new Api(new URL(fleet.url));
    try {
      const counted = await promotedOnce(api, seen);
      const { decisions, certificates, grants, fen } = counted;
      const chain = `${decisions} decisions, ${certificates} certificates and ${grants} grants of ${fen} fen`;
      await look('promotions', `${chain} are a fold of the facts`, () => counted.problems);
      await look('facts', 'the business facts are those of a run without faults', async () =>
        factsAreAlike(played, await reference.upTo(played.length - 1)));
      await look('writes', `${writes.length} acknowledged writes are there, once`, () => writesAreThere(fleet, writes));
      await stage.settled();
      await look('views', 'views are folds of the events', () => viewsAreFolds(fleet));
      const { problems, failed } = findings;
      return { ...counted, problems, failed, waves: played.length, writes: writes.length, messages: seen.length, ended };
    } finally {
      api.close();
    }
  }

  /** Where it broke off: why, and what can be said all the same. */
  async checkBroken(why: Error): Promise<Verdict> {
    const { fleet, options: { tell } } = this;
    const findings = new Findings(tell);
    await findings.look('play', 'the competitions are held to their end', () => [`${why.name}: ${why.message}`]);
    try {
      await stageOf(fleet, () => undefined, () => undefined, SOON_MS).settled(); // what is on its way is not missing
      await this.lookAtMessages(findings);
    } catch (error) {
      tell(`      nothing can be said of the messages: ${String(error).slice(0, 400)}`);
    }
    return findings;
  }

  private async lookAtMessages(findings: Findings): Promise<readonly Seen[]> {
    const { fleet } = this;
    const seen = await readTopics(this.kafka);
    const title = `on the topics (${seen.length} messages) nothing is missing or out of order`;
    await findings.look('topics', title, () => nothingMissing(fleet, seen));
    await findings.look('parked', 'nothing is parked but the poison', () => onlyPoisonParked(fleet, seen));
    await findings.look('inboxes', 'every inbox remembers all that it heard', () => inboxesRemember(fleet, seen));
    return seen;
  }

  async close(): Promise<void> {
    await this.kept;
    await this.fleet.stop(); // once, however often it is asked
    for (const wire of this.wires.values()) wire.close();
  }

  private get ledger(): string {
    return path.join(this.options.folder, 'writes.ndjson');
  }

  private keep(write: Write): void {
    this.writes.push(write);
    const line = JSON.stringify({ ...write, content: write.content?.toString('base64') });
    this.kept = this.kept.then(() => appendFile(this.ledger, `${line}\n`));
  }

  private async readLedger(): Promise<void> {
    const text = await readFile(this.ledger, 'utf8').catch(() => '');
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const write = JSON.parse(line) as Omit<Write, 'content'> & { content?: string };
      this.writes.push({ ...write, content: write.content === undefined ? undefined : Buffer.from(write.content, 'base64') });
    }
  }

  private async keepState(state: State): Promise<void> {
    await this.kept;
    await writeFile(path.join(this.options.folder, 'state.json'), JSON.stringify(state));
  }
}

/** A run that broke off is given so long to settle. */
const SOON_MS = 60_000;

