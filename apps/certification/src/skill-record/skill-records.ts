import { Injectable } from '@nestjs/common';
import { Reader } from '#libs/service';
import { file } from '../file/file.js';
import { highest, type Rung, skillRecord, skillRecordId } from './skill-record.js';

interface ShownRung {
  readonly level: number; readonly since: string; readonly source: string; readonly granted: boolean;
  readonly certificate: string | null
}
interface Shown {
  readonly worker: string; readonly occupation: string; readonly level: number | null; readonly rungs: ShownRung[]
}

/** The ladders of one worker, read from the records themselves: there are few a person. */
@Injectable()
export class SkillRecords {
  constructor(private readonly reader: Reader) {}

  /** null: all, for the worker; else where the organisation has imported or granted. */
  async ofWorker(worker: string, organisation: string | null): Promise<Shown[]> {
    const { state } = await this.reader.peek(file, worker);
    const records: Shown[] = [];
    for (const occupation of [...state.occupations].sort()) {
      const { state: record } = await this.reader.peek(skillRecord, skillRecordId(worker, occupation));
      if (organisation !== null && !record.organisations.includes(organisation)) continue;
      const rung = (granted: boolean) => ({ level, since, source, certificate }: Rung) =>
        ({ level, since, source, granted, certificate });
      const rungs = [...record.imported.map(rung(false)), ...record.granted.map(rung(true))];
      records.push({ worker, occupation, level: highest(record)?.level ?? null, rungs: rungs.sort((a, b) => b.level - a.level) });
    }
    return records;
  }
}
