import { Injectable } from '@nestjs/common';
import type { Query } from '#libs/event-store';
import { Vault } from '#libs/vault';

export interface Claims {
  /** The worker of each ID number. */
  readonly workerOf: ReadonlyMap<string, string>;
  /** Those who are new, with their ID number. */
  readonly minted: ReadonlyMap<string, string>;
}

/** Whose ID number it is, by keyed hash: the one place where two registrations of a person meet. */
@Injectable()
export class Identities {
  constructor(private readonly vault: Vault) {}

  /** Every number has a worker afterwards. Two requests at once with the same number get the same worker. */
  async claim(query: Query, idNumbers: readonly string[], mint: () => string): Promise<Claims> {
    const hashes = new Map(idNumbers.map((number) => [this.hash(number), number]));
    const fresh = new Map([...hashes.keys()].sort().map((hash) => [hash, mint()]));
    if (fresh.size === 0) return { workerOf: new Map(), minted: new Map() };
    await query(
      'INSERT INTO identities (hash, worker) SELECT * FROM unnest($1::text[], $2::uuid[]) ON CONFLICT (hash) DO NOTHING',
      [[...fresh.keys()], [...fresh.values()]],
    );
    const rows = await query<{ hash: string; worker: string }>(
      'SELECT hash, worker FROM identities WHERE hash = ANY($1)', [[...fresh.keys()]],
    );
    const numberOf = (hash: string) => hashes.get(hash) as string;
    return {
      workerOf: new Map(rows.map(({ hash, worker }) => [numberOf(hash), worker])),
      minted: new Map(
        rows.filter(({ hash, worker }) => fresh.get(hash) === worker).map(({ hash, worker }) => [worker, numberOf(hash)]),
      ),
    };
  }

  /** The workers of those numbers that have one. */
  async workersOf(query: Query, idNumbers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (idNumbers.length === 0) return new Map();
    const hashes = new Map(idNumbers.map((number) => [this.hash(number), number]));
    const rows = await query<{ hash: string; worker: string }>(
      'SELECT hash, worker FROM identities WHERE hash = ANY($1)', [[...hashes.keys()]],
    );
    return new Map(rows.map(({ hash, worker }) => [hashes.get(hash) as string, worker]));
  }

  async find(query: Query, idNumber: string): Promise<string | undefined> {
    return (await this.workersOf(query, [idNumber])).get(idNumber);
  }

  /** After a merge: whoever is looked up by the absorbed record's number is the survivor. */
  async follow(query: Query, from: string, into: string): Promise<void> {
    await query('UPDATE identities SET worker = $2 WHERE worker = $1', [from, into]);
  }

  async forget(query: Query, worker: string): Promise<void> {
    await query('DELETE FROM identities WHERE worker = $1', [worker]);
  }

  private hash(idNumber: string): string {
    return this.vault.hash('id-number', idNumber);
  }
}
