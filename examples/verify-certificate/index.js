// Verifies a certificate offline: node index.js CREDENTIAL JWKS [STATUS_LIST...], all of them files that were fetched before.
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createLocalJWKSet, jwtVerify } from 'jose';

const [credentialFile, jwksFile, ...listFiles] = process.argv.slice(2);
const text = (file) => readFileSync(file, 'utf8').trim();
const keys = createLocalJWKSet(JSON.parse(text(jwksFile)));
const verified = async (file) => (await jwtVerify(text(file), keys, { typ: 'vc+jwt' })).payload;

const { id, issuer, credentialSubject, credentialStatus } = await verified(credentialFile);
const { name, maskedIdNumber, certificate } = credentialSubject;
console.log(`${certificate.number}: ${name} ${maskedIdNumber ?? ''} level ${certificate.level} in ${certificate.occupation},`,
  `issued on ${certificate.issuedOn} by ${issuer.id}; on line at ${id}`);

for (const file of listFiles) {
  const list = await verified(file); // refused, too, where it is older than a day
  const place = credentialStatus.find(({ statusListCredential }) => statusListCredential === list.id);
  if (list.iss !== issuer.id || place === undefined) throw new Error(`${file} is not a status list of this credential`);
  const bits = gunzipSync(Buffer.from(list.credentialSubject.encodedList.slice(1), 'base64url'));
  const set = (bits[place.statusListIndex >> 3] >> (7 - (place.statusListIndex & 7))) & 1;
  console.log(`${place.statusPurpose}: ${set ? 'YES' : 'no'}`);
}
