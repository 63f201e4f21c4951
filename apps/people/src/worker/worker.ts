/**
 * Worker (劳动者): the one id that stands for a person everywhere else. Names and numbers lie in the vault, under this
 * record's own key; events hold the ids of those texts, and nothing that says who it is.
 *
 *   none ──register──▶ active ──merge──▶ merged (goes on as the survivor)
 *                        │                  │
 *                      erase              erase (with its survivor)
 *                        ▼                  ▼
 *                      erased ◀─────────────┘
 */
import { never, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';

export type WorkerStatus = 'worker' | 'student';

/** Ids of texts in the vault. */
interface PersonalTexts {
  readonly name: string;
  readonly idNumber: string;
  readonly staffNumber: string | null;
}

export type WorkerEvent =
  | ({ type: 'WorkerRegistered'; organisation: string; unit: string | null; status: WorkerStatus } & PersonalTexts)
  | { type: 'WorkerLinked'; organisation: string }
  | { type: 'StaffNumberRecorded'; staffNumber: string }
  | { type: 'WorkerUnitChanged'; unit: string | null }
  | { type: 'WorkerStatusChanged'; status: WorkerStatus }
  | { type: 'WorkerMerged'; into: string }
  /** On the survivor: `workers` are the absorbed record and whatever it had absorbed before. */
  | { type: 'WorkerAbsorbed'; workers: readonly string[]; organisations: readonly string[] }
  | { type: 'WorkerErased' };

export type WorkerCommand =
  | ({ type: 'Register'; organisation: string; unit: string | null; status: WorkerStatus } & PersonalTexts)
  | { type: 'Link'; organisation: string }
  | { type: 'RecordStaffNumber'; staffNumber: string }
  | { type: 'ChangeUnit'; unit: string | null }
  | { type: 'ChangeStatus'; status: WorkerStatus }
  | { type: 'Merge'; worker: string; into: string }
  | { type: 'Absorb'; workers: readonly string[]; organisations: readonly string[] }
  | { type: 'Erase' };

export type Worker =
  | { is: 'none' }
  | ({ is: 'active'; absorbed: readonly string[]; unit: string | null; status: WorkerStatus } & Seen & PersonalTexts)
  | ({ is: 'merged'; into: string } & Seen)
  | ({ is: 'erased' } & Seen);

interface Seen {
  /** Who registered or resolved this person, and so may know of the record. */
  readonly organisations: readonly string[];
}

export type ActiveWorker = Extract<Worker, { is: 'active' }>;

const decide = (command: WorkerCommand, worker: Worker): readonly WorkerEvent[] => {
  switch (command.type) {
    case 'Register': {
      if (worker.is === 'none') {
        const { type: _, ...terms } = command;
        return [{ type: 'WorkerRegistered', ...terms }];
      }
      return link(command.organisation, worker);
    }
    case 'Link':
      return link(command.organisation, worker);
    case 'RecordStaffNumber':
      requireActive(worker);
      return [{ type: 'StaffNumberRecorded', staffNumber: command.staffNumber }];
    case 'ChangeUnit':
      requireActive(worker);
      return worker.unit === command.unit ? [] : [{ type: 'WorkerUnitChanged', unit: command.unit }];
    case 'ChangeStatus':
      requireActive(worker);
      return worker.status === command.status ? [] : [{ type: 'WorkerStatusChanged', status: command.status }];
    case 'Merge':
      if (worker.is === 'merged' && worker.into === command.into) return [];
      requireActive(worker);
      // A survivor that this record absorbed is itself merged, and refuses to absorb: no cycle can come about.
      if (command.worker === command.into) {
        throw new Refusal(
          'merge-into-itself', text('不能将一条记录与其自身合并', 'a record cannot be merged into itself'),
          text('请指明两条不同的记录', 'name two different records'),
        );
      }
      return [{ type: 'WorkerMerged', into: command.into }];
    case 'Absorb': {
      requireActive(worker);
      const organisations = command.organisations.filter((o) => !worker.organisations.includes(o));
      const workers = command.workers.filter((w) => !worker.absorbed.includes(w));
      return workers.length === 0 ? [] : [{ type: 'WorkerAbsorbed', workers, organisations }];
    }
    case 'Erase':
      if (worker.is === 'none') requireActive(worker);
      return worker.is === 'erased' ? [] : [{ type: 'WorkerErased' }];
    default:
      return never(command);
  }
};

const link = (organisation: string, worker: Worker): readonly WorkerEvent[] => {
  requireActive(worker);
  return worker.organisations.includes(organisation) ? [] : [{ type: 'WorkerLinked', organisation }];
};

function requireActive(worker: Worker): asserts worker is ActiveWorker {
  switch (worker.is) {
    case 'active':
      return;
    case 'none':
      throw new Refusal(
        'worker-unknown', text('未登记该人员', 'no worker is registered under this id'), text('请登记劳动者', 'register the worker'),
      );
    case 'merged':
      throw new WrongState(
        'worker-merged', text('该记录已并入另一条记录', 'this record was merged into another one'),
        text('请使用合并后的记录', 'use the record that it was merged into'), { into: worker.into },
      );
    case 'erased':
      throw new WrongState(
        'worker-erased', text('该人员的信息已被清除', 'this worker was erased'), text('无：已删除的不再恢复', 'none: what was erased stays erased'),
      );
    default:
      never(worker);
  }
}

const evolve = (worker: Worker, event: WorkerEvent): Worker => {
  if (event.type === 'WorkerRegistered') {
    const { type: _, organisation, ...facts } = event;
    return { is: 'active', organisations: [organisation], absorbed: [], ...facts };
  }
  if (worker.is === 'none') return worker;
  if (event.type === 'WorkerErased') return { is: 'erased', organisations: worker.organisations };
  if (worker.is !== 'active') return worker;
  switch (event.type) {
    case 'WorkerLinked': return { ...worker, organisations: [...worker.organisations, event.organisation] };
    case 'StaffNumberRecorded': return { ...worker, staffNumber: event.staffNumber };
    case 'WorkerUnitChanged': return { ...worker, unit: event.unit };
    case 'WorkerStatusChanged': return { ...worker, status: event.status };
    case 'WorkerMerged': return { is: 'merged', into: event.into, organisations: worker.organisations };
    case 'WorkerAbsorbed':
      return {
        ...worker,
        absorbed: [...worker.absorbed, ...event.workers],
        organisations: [...worker.organisations, ...event.organisations],
      };
    default: return never(event);
  }
};

export const worker: Aggregate<WorkerCommand, Worker, WorkerEvent> = {
  name: 'worker',
  decider: { initial: { is: 'none' }, decide, evolve },
  // A person belongs to no organisation: who may see a worker is a list of its own, above.
  organisation: () => undefined,
};
