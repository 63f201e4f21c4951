import { readdir, readFile } from 'node:fs/promises';
import {
  contractBreach, contractDocuments, contractOf, contracts, isPublicType, jsonSchemas, topicOwners, topics,
} from './index.js';

const types = Object.keys(contracts).filter(isPublicType);

describe('the public contract', () => {
  it('names every type jinji.<aggregate>.<past tense>.v<major>', () => {
    for (const type of types) expect(type).toMatch(/^jinji\.[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9]\d*$/);
  });

  it('keys every message by a required property of its data', () => {
    for (const type of types) {
      const schema = jsonSchemas()[type] as { properties: Record<string, unknown>; required: string[] };
      expect(schema.required).toContain(contractOf(type).key);
      expect(schema.properties).toHaveProperty([contractOf(type).key, 'format'], 'uuid');
    }
  });

  it('gives every topic an owner and at least one event', () => {
    for (const topic of topics) {
      expect(topicOwners[topic]).toMatch(/^[a-z]+$/);
      expect(types.some((type) => contractOf(type).topic === topic)).toBe(true);
    }
  });

  it('says what breaks it, without repeating the data', () => {
    const worker = '0190e2a0-0000-7000-8000-000000000000';
    expect(contractBreach('jinji.worker.registered.v1', { worker, unit: null })).toBeUndefined();
    expect(contractBreach('jinji.worker.registered.v1', { worker, unit: null, added: 'later' })).toBeUndefined();
    expect(contractBreach('jinji.worker.registered.v1', { worker: 'zhang-san' })).toMatch(/unit/);
    expect(contractBreach('jinji.worker.registered.v1', { worker: 'zhang-san', unit: null })).not.toMatch(/zhang/);
  });

  it('is written down in docs/ as it is (else: npm run contracts)', async () => {
    for (const [path, text] of contractDocuments()) expect({ path, text: await readFile(path, 'utf8') }).toEqual({ path, text });
    expect((await readdir('docs/contracts')).length).toBe(types.length);
  });
});
