import { randomBytes } from 'node:crypto';
import { newId } from '#libs/decider';
import type { Query } from '#libs/event-store';
import { migrated, type TestDatabase } from '#libs/testing';
import { Vault, vaultGrants, vaultMigrations } from './index.js';

describe('the vault', () => {
  let database: TestDatabase;
  let query: Query;
  const key = randomBytes(32);
  const vault = new Vault(key);

  beforeAll(async () => {
    database = await migrated(vaultMigrations, vaultGrants);
    query = database.query;
  });
  afterAll(() => database.drop());

  it('gives back what was put, and stores none of it in clear', async () => {
    const record = newId();
    const id = await vault.put(query, record, '张三丰');
    expect(await vault.read(query, id)).toBe('张三丰');
    const rows = await query<{ all: string }>(`SELECT encode(ciphertext, 'escape') AS all FROM vault_texts WHERE id = $1`, [id]);
    expect(rows[0]?.all).not.toContain('张三丰');
  });

  it('keeps the first text of an id, so that a retry changes nothing', async () => {
    const [record, id] = [newId(), newId()];
    await vault.put(query, record, 'first', id);
    await vault.put(query, record, 'second', id);
    expect(await vault.read(query, id)).toBe('first');
  });

  it('reads nothing of a shredded record, and takes nothing more for it', async () => {
    const [record, other] = [newId(), newId()];
    const [id, kept] = [await vault.put(query, record, 'grounds'), await vault.put(query, other, 'kept')];
    await vault.shred(query, record);
    await vault.shred(query, record);
    expect(await vault.read(query, id)).toBeNull();
    expect(await vault.read(query, kept)).toBe('kept');
    await expect(vault.put(query, record, 'again')).rejects.toMatchObject({ rule: 'record-erased' });
  });

  it('takes nothing for a record that was shredded before its first text', async () => {
    const record = newId();
    await vault.shred(query, record);
    await expect(vault.put(query, record, 'late')).rejects.toMatchObject({ rule: 'record-erased' });
  });

  it('does not decrypt a text from a backup once the key is destroyed', async () => {
    const record = newId();
    const id = await vault.put(query, record, 'secret');
    const [backup] = await query<{ ciphertext: Buffer }>('SELECT ciphertext FROM vault_texts WHERE id = $1', [id]);
    await vault.shred(query, record);
    await query('INSERT INTO vault_texts (id, record, ciphertext) VALUES ($1, $2, $3)', [id, record, backup?.ciphertext]);
    expect(await vault.read(query, id)).toBeNull();
  });

  it('binds a text to its id and record: one moved elsewhere is refused', async () => {
    const record = newId();
    const [a, b] = [await vault.put(query, record, 'a'), await vault.put(query, record, 'b')];
    await database.asOwner(
      'UPDATE vault_texts SET ciphertext = (SELECT ciphertext FROM vault_texts WHERE id = $1) WHERE id = $2', [a, b],
    );
    await expect(vault.read(query, b)).rejects.toThrow(/authenticate/);
    expect(await vault.read(query, a)).toBe('a');
  });

  it('says so when the master key is another one', async () => {
    const id = await vault.put(query, newId(), 'x');
    await expect(new Vault(randomBytes(32)).read(query, id)).rejects.toThrow(/another master key/);
    expect(() => new Vault(Buffer.alloc(16))).toThrow(/32 bytes/);
  });

  it('uses one key a record, also when two begin at once', async () => {
    const record = newId();
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => vault.put(query, record, `text ${n}`)));
    const texts = await vault.readMany(query, ids);
    expect(ids.map((id) => texts.get(id))).toEqual(ids.map((_, n) => `text ${n}`));
  });

  it('hashes by purpose and master key', () => {
    expect(vault.hash('id-number', '1')).toBe(new Vault(key).hash('id-number', '1'));
    expect(vault.hash('id-number', '1')).not.toBe(vault.hash('staff-number', '1'));
    expect(vault.hash('id-number', '1')).not.toBe(new Vault(randomBytes(32)).hash('id-number', '1'));
  });
});
