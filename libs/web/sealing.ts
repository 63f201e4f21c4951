import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** What the frame keeps of requests, unreadable without the master key. */
export class Sealing {
  private readonly key: Buffer;
  private readonly hashKey: Buffer;

  constructor(masterKey: Buffer) {
    this.key = derive(masterKey, 'seal');
    this.hashKey = derive(masterKey, 'hash');
  }

  seal(value: unknown): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    const body = Buffer.concat([cipher.update(JSON.stringify({ value }), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]);
  }

  open(sealed: Buffer): unknown {
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const plain = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    return (JSON.parse(plain) as { value?: unknown }).value;
  }

  hash(...parts: readonly (string | Buffer)[]): Buffer {
    const hmac = createHmac('sha256', this.hashKey);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  }
}

const derive = (masterKey: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `jinji/requests/${purpose}`, 32));
