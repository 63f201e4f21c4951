import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { newId, text, WrongState } from '#libs/decider';
import type { Query } from '#libs/event-store';

export interface PlainText {
  readonly id: string;
  readonly record: string;
  readonly plain: string;
}

/**
 * Vault (密钥库): what is said of a person, encrypted under a key of the record that it belongs to. Events hold the
 * texts' ids. Destroying one key makes every text of that record unreadable, also in backups of the texts.
 *
 * AES-256-GCM; a text is bound to its id and record, a wrapped key to its record, so that none can stand for another.
 */
export class Vault {
  private readonly wrapping: Buffer;
  private readonly master: Buffer;
  /** Says which master key wrapped a record's key; tells nothing about the key itself. */
  private readonly masterId: string;

  constructor(masterKey: Buffer) {
    if (masterKey.length !== 32) throw new Error(`the master key must have 32 bytes, not ${masterKey.length}`);
    this.master = masterKey;
    this.wrapping = this.derive('wrap');
    this.masterId = this.derive('id').subarray(0, 4).toString('hex');
  }

  /** The text's id. A given id that is known already keeps its first text: a retry with the same id changes nothing. */
  async put(query: Query, record: string, plain: string, id: string = newId()): Promise<string> {
    await this.putMany(query, [{ record, plain, id }]);
    return id;
  }

  /** Many texts of many records, in as many round trips as one. */
  async putMany(query: Query, texts: readonly PlainText[]): Promise<void> {
    const keys = await this.keysFor(query, [...new Set(texts.map((t) => t.record))]);
    const sealed = texts.map(({ id, record, plain }) => seal(present(keys.get(record)), plain, textBond(id, record)));
    await query(
      `INSERT INTO vault_texts (id, record, ciphertext) SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])
       ON CONFLICT (id) DO NOTHING`,
      [texts.map((t) => t.id), texts.map((t) => t.record), sealed],
    );
  }

  /** The text; null where it was erased, or never was. */
  async read(query: Query, id: string): Promise<string | null> {
    return (await this.readMany(query, [id])).get(id) ?? null;
  }

  /** Texts by id; those that were erased are not in the answer. */
  async readMany(query: Query, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await query<{ id: string; record: string; ciphertext: Buffer; wrapped: Buffer | null; master: string | null }>(
      `SELECT t.id, t.record, t.ciphertext, k.wrapped, k.master FROM vault_texts t JOIN vault_keys k ON k.record = t.record
       WHERE t.id = ANY($1)`,
      [ids],
    );
    const found = new Map<string, string>();
    for (const row of rows) {
      if (row.wrapped) {
        found.set(row.id, open(this.unwrap(row.record, row.wrapped, row.master), row.ciphertext, textBond(row.id, row.record)));
      }
    }
    return found;
  }

  /** Destroys the record's key, for good: nothing can be put under this record any more. */
  async shred(query: Query, record: string): Promise<void> {
    await query(
      `INSERT INTO vault_keys (record, wrapped, master, shredded_at) VALUES ($1, NULL, NULL, clock_timestamp())
       ON CONFLICT (record) DO UPDATE SET wrapped = NULL, master = NULL,
       shredded_at = coalesce(vault_keys.shredded_at, clock_timestamp())`,
      [record],
    );
    await query('DELETE FROM vault_texts WHERE record = $1', [record]);
  }

  /**
   * A keyed hash to find a value by that is not stored in clear. `purpose` separates kinds of values. It changes with
   * the master key, so whoever keeps such hashes must be able to compute them again from what the vault holds.
   */
  hash(purpose: string, value: string): string {
    return createHmac('sha256', this.derive(`hash/${purpose}`)).update(value, 'utf8').digest('hex');
  }

  private derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.master, Buffer.alloc(0), `jinji/vault/${purpose}`, 32));
  }

  private async keysFor(query: Query, records: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const sorted = [...records].sort(); // two at once take the locks in the same order
    // Two at once on a new record: the first key stays, and both use it.
    await query(
      `INSERT INTO vault_keys (record, wrapped, master)
       SELECT record, wrapped, $3 FROM unnest($1::text[], $2::bytea[]) AS fresh (record, wrapped)
       ON CONFLICT (record) DO NOTHING`,
      [sorted, sorted.map((record) => seal(this.wrapping, randomBytes(32), keyBond(record))), this.masterId],
    );
    // The lock keeps a shred waiting until these texts are in, so that they are deleted too.
    const rows = await query<{ record: string; wrapped: Buffer | null; master: string | null }>(
      'SELECT record, wrapped, master FROM vault_keys WHERE record = ANY($1) ORDER BY record FOR SHARE', [sorted],
    );
    const keys = new Map<string, Buffer>();
    for (const { record, wrapped, master } of rows) {
      if (!wrapped) {
        throw new WrongState(
          'record-erased', text('该记录的个人信息已被清除', 'the personal texts of this record were erased'),
          text('无：已删除的不再恢复', 'none: what was erased stays erased'),
        );
      }
      keys.set(record, this.unwrap(record, wrapped, master));
    }
    return keys;
  }

  private unwrap(record: string, wrapped: Buffer, master: string | null): Buffer {
    if (master !== this.masterId) {
      throw new Error(`a vault key is wrapped by another master key (${master}) than the configured one (${this.masterId})`);
    }
    return openBytes(this.wrapping, wrapped, keyBond(record));
  }
}

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('a vault key that was just written is not there');
  return value;
};

const textBond = (id: string, record: string) => `text/${id}/${record}`;
const keyBond = (record: string) => `key/${record}`;

const IV = 12;
const TAG = 16;

const seal = (key: Buffer, plain: string | Buffer, bond: string): Buffer => {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(bond, 'utf8'));
  const body = Buffer.concat([typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
};

const openBytes = (key: Buffer, sealed: Buffer, bond: string): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV));
  decipher.setAAD(Buffer.from(bond, 'utf8'));
  decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]);
};

const open = (key: Buffer, sealed: Buffer, bond: string): string => openBytes(key, sealed, bond).toString('utf8');
