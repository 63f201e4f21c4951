/** Carries out a schedule on a fleet, and sees to it that whatever ended runs again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { topics } from '#libs/contracts';
import type { Fleet, Instance } from '#libs/fleet';
import { type Deed, type End, type Fault, told } from './schedule.js';
import type { Proxy } from './proxy.js';
import { publishAgain, publishPoison } from './topics.js';
import { firstToSpeak } from './unsaid.js';

/** Between an instance and one that it talks to. */
export const wireName = (service: string, instance: number, to: End): string => `${service} ${instance} ${to}`;

const nameOf = ({ service, number }: Instance): string => `${service} ${number}`;

/** So much goes wrong at the same time; what waits for a process to come up before it can be done is not counted. */
const AT_ONCE = 5;
/** What does not come up for so long will not. */
const PATIENCE_MS = 900_000;
/** Until a relay that was told of an event tries to send it. */
const SENDING_MS = 1_000;

export class Storm {
  /** The next fault of the schedule. */
  next: number;
  /** What could not be mended: the run is over. */
  failed: Error | undefined;
  /** Processes that ended by themselves. */
  readonly ended: string[] = [];
  private readonly under = new Set<Promise<void>>();
  private active = 0;
  private readonly locks = new Map<string, Promise<void>>();
  private running: Promise<void> | undefined;
  private stopping = false;
  private calmFrom: number | undefined;
  private wind: () => void = () => undefined;
  private lull: Promise<void> = Promise.resolve();
  private write: () => void = () => undefined;
  private written = new Promise<void>((resolve) => (this.write = resolve));
  private readonly watch: NodeJS.Timeout;

  constructor(
    private readonly fleet: Fleet,
    private readonly wires: ReadonlyMap<string, Proxy>,
    private readonly kafka: Kafka,
    private readonly faults: readonly Fault[],
    from: number,
    private readonly tell: (sentence: string) => void,
  ) {
    this.next = from;
    this.watch = setInterval(() => this.look(), 1_000);
  }

  /** The last fault has begun. */
  get usedUp(): boolean {
    return this.next >= this.faults.length;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** No further fault begins, after so much time. */
  calm(afterMs: number): void {
    if (this.calmFrom !== undefined) return;
    this.calmFrom = Date.now() + afterMs;
    this.lull = new Promise((resolve) => (this.wind = resolve));
  }

  rage(): void {
    this.calmFrom = undefined;
    this.wind();
  }

  /** A client's write was acknowledged. */
  wrote(): void {
    this.write();
    this.written = new Promise((resolve) => (this.write = resolve));
  }

  /** What began is brought to its end, and everything runs. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.rage();
    this.wrote(); // there will be none that could be waited for
    await this.running;
    while (this.under.size > 0) await Promise.all(this.under);
    clearInterval(this.watch);
  }

  private async run(): Promise<void> {
    while (this.next < this.faults.length && !this.stopping) {
      const fault = this.faults[this.next] as Fault;
      await sleep(fault.afterMs);
      while (this.active >= AT_ONCE) await sleep(100);
      while (this.calmFrom !== undefined && Date.now() >= this.calmFrom) await this.lull;
      if (this.stopping) return;
      this.tell(`fault ${this.next + 1} of ${this.faults.length}: ${told(fault)}`);
      this.next += 1;
      this.began(this.carryOut(fault));
    }
  }

  private began(deed: Promise<void>): void {
    const under = deed.catch((error: unknown) => {
      this.failed ??= error instanceof Error ? error : new Error(String(error));
    }).finally(() => this.under.delete(under));
    this.under.add(under);
  }

  private carryOut(deed: Deed): Promise<void> {
    const { fleet, kafka } = this;
    switch (deed.is) {
      case 'killed': return this.alone(this.one(deed), async (one) => {
        one.signal('SIGKILL');
        while (one.running()) await sleep(10);
        await sleep(deed.forMs);
        await this.up(one);
      });
      case 'frozen': return this.alone(this.one(deed), async (one) => {
        one.signal('SIGSTOP');
        await sleep(deed.forMs);
        one.signal('SIGCONT');
      });
      case 'rolled': return this.rolled(deed.service);
      case 'silenced': return this.silenced(deed.withinMs);
      case 'cut':
      case 'held': return this.locked(wireName(deed.service, deed.instance, deed.to), async () => {
        const wire = this.wire(wireName(deed.service, deed.instance, deed.to));
        if (deed.is === 'cut') wire.cut();
        else wire.hold();
        await sleep(deed.forMs);
        wire.mend();
      });
      case 'broker-killed':
      case 'broker-restarted': return this.locked('broker', async () => {
        await (deed.is === 'broker-killed' ? fleet.broker.kill() : fleet.broker.stop());
        await sleep(deed.forMs);
        await this.patiently(() => fleet.broker.start());
      });
      case 'postgres-stopped': return this.locked('postgres', async () => {
        await fleet.postgres.stop(deed.mode);
        await sleep(deed.forMs);
        await this.patiently(() => fleet.postgres.start());
      });
      case 'republished': return this.patiently(async () => {
        await publishAgain(kafka, topics[deed.topic] as string, deed.from, deed.count);
      });
      case 'poison': return this.patiently(() => publishPoison(kafka, topics[deed.topic] as string, deed.kind, deed.salt));
    }
  }

  private one({ service, instance }: { service: string; instance: number }): Instance {
    const found = this.fleet.instances.find((one) => one.service === service && one.number === instance);
    if (!found) throw new Error(`there is no ${service} ${instance}`);
    return found;
  }

  private async rolled(service: string): Promise<void> {
    for (const one of this.fleet.instances.filter((each) => each.service === service))
      await this.alone(one, async () => {
        await one.stop();
        await this.up(one);
      });
  }

  /** Begins with a write: while all wait for the services to settle, these wait for the broker, and have nothing new to say. */
  private async silenced(withinMs: number): Promise<void> {
    const names = this.fleet.instances.map(({ service, number }) => wireName(service, number, 'kafka'));
    await this.written;
    if (this.stopping) return;
    await this.lockedAll(names, async () => {
      const wires = names.map((name) => this.wire(name));
      for (const wire of wires) wire.cut();
      const speaker = await firstToSpeak(this.fleet, withinMs);
      if (speaker !== undefined) await sleep(SENDING_MS);
      const killed = this.fleet.instances.filter(({ service }) => service === speaker);
      await this.lockedAll(killed.map(nameOf), async () => {
        for (const one of killed) one.signal('SIGKILL');
        while (killed.some((one) => one.running())) await sleep(10);
        for (const wire of wires) wire.mend();
        await Promise.all(killed.map((one) => this.up(one)));
      });
    });
  }

  private wire(name: string): Proxy {
    const wire = this.wires.get(name);
    if (!wire) throw new Error(`there is no wire ${name}`);
    return wire;
  }

  /** What happens to one instance happens one after the other. */
  private alone(one: Instance, work: (one: Instance) => Promise<void>): Promise<void> {
    return this.locked(nameOf(one), () => work(one));
  }

  private async locked(name: string, work: () => Promise<void>): Promise<void> {
    const mine = (this.locks.get(name) ?? Promise.resolve()).then(async () => {
      this.active += 1;
      await work().finally(() => (this.active -= 1));
    });
    const over: Promise<void> = mine.catch(() => undefined).then(() => {
      if (this.locks.get(name) === over) this.locks.delete(name);
    });
    this.locks.set(name, over);
    await mine;
  }

  private lockedAll([name, ...more]: readonly string[], work: () => Promise<void>): Promise<void> {
    return name === undefined ? work() : this.locked(name, () => this.lockedAll(more, work));
  }

  /** The database or the broker may be away just now: whoever runs a service starts it until it comes up. */
  private up(one: Instance): Promise<void> {
    return this.patiently(() => one.start());
  }

  private async patiently(work: () => Promise<void>): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(300);
      }
    }
  }

  /** As a supervisor would: what ended by itself is started again, and counted. */
  private look(): void {
    for (const one of this.fleet.instances) {
      const name = nameOf(one);
      if (one.running() || this.locks.has(name)) continue;
      this.ended.push(name);
      this.tell(`${name} ended by itself, and is started again`);
      this.began(this.alone(one, () => this.up(one)));
    }
  }
}
