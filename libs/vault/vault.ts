import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { newId, Refusal, text } from '#libs/decider';
import type { Query } from '#libs/event-store';

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
    const key = await this.keyFor(query, record);
    await query('INSERT INTO vault_texts (id, record, ciphertext) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', [
      id, record, seal(key, plain, textBond(id, record)),
    ]);
    return id;
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
      if (row.wrapped) found.set(row.id, open(this.unwrap(row.record, row.wrapped, row.master), row.ciphertext, textBond(row.id, row.record)));
    }
    return found;
  }

  /** Destroys the record's key, for good: nothing can be put under this record any more. */
  async shred(query: Query, record: string): Promise<void> {
    await query(
      `INSERT INTO vault_keys (record, wrapped, master, shredded_at) VALUES ($1, NULL, NULL, clock_timestamp())
       ON CONFLICT (record) DO UPDATE SET wrapped = NULL, master = NULL, shredded_at = coalesce(vault_keys.shredded_at, clock_timestamp())`,
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

  private async keyFor(query: Query, record: string): Promise<Buffer> {
    const fresh = randomBytes(32);
    // Two at once on a new record: the first key stays, and both use it.
    await query('INSERT INTO vault_keys (record, wrapped, master) VALUES ($1, $2, $3) ON CONFLICT (record) DO NOTHING', [
      record, seal(this.wrapping, fresh, keyBond(record)), this.masterId,
    ]);
    // The lock keeps a shred waiting until this text is in, so that it is deleted too.
    const [row] = await query<{ wrapped: Buffer | null; master: string | null }>(
      'SELECT wrapped, master FROM vault_keys WHERE record = $1 FOR SHARE', [record],
    );
    if (!row?.wrapped) {
      throw new Refusal('record-erased', text('该记录的个人信息已被清除', 'the personal texts of this record were erased'), 'none: what was erased stays erased');
    }
    return this.unwrap(record, row.wrapped, row.master);
  }

  private unwrap(record: string, wrapped: Buffer, master: string | null): Buffer {
    if (master !== this.masterId) throw new Error(`a vault key is wrapped by another master key (${master}) than the configured one (${this.masterId})`);
    return openBytes(this.wrapping, wrapped, keyBond(record));
  }
}

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
