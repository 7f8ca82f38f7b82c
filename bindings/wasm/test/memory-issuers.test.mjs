// What stands beside tokens, asked again and again without a pause: the module's memory, which never shrinks, does not grow.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

/** The memory of each module that is loaded from here on. */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...given) {
  const instance = new Instance(...given);
  memories.push(instance.exports.memory);
  return instance;
};
const { Cutoffs, IntrospectionValidator, IssuerValidator, Key, LogoutReceiver, StatusLists } = await import('lowwater-wasm/issuers');
const [memory] = memories;

const [NOW, issuer, secret] = [1_700_000_000, 'https://issuer.example/', new Uint8Array(32).fill(7)];
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const message = `${part({ alg: 'HS256' })}.${part({ iss: issuer, aud: 'api', sub: 'u', iat: NOW, exp: NOW + 60 })}`;
const token = `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;

const [cutoffs, keys, now] = [new Cutoffs(), Key.fromSecret(secret), NOW + 1];
const logouts = new LogoutReceiver({ issuer, clientId: 'api', algorithms: ['HS256'] });
const lists = new StatusLists({ issuer, lists: issuer, algorithms: ['HS256'] });
const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'a', x: 'q_zXjUQKbrZsD-SEM7hKb7T5AnAuEespX1co9RQ9bHQ' }] };
const fetching = new IssuerValidator({ issuer, audience: 'api', algorithms: ['EdDSA'] });
await fetching.hydrate(jwks, { issuer, freshUntil: new Date(Date.now() + 3_600_000) });
const answer = JSON.stringify({ active: true, iss: issuer, aud: 'api', sub: 'u', iat: NOW, exp: NOW + 1e9 });
const asking = (ttl) => new IntrospectionValidator({
  issuer, audience: 'api', maxLifetime: 'unbounded', endpoint: 'https://issuer.example/', bearer: 'x', ttl, fetch: async () => new Response(answer),
});
const [kept, never] = [asking(3600), asking(0)];

for (const [name, count, call] of [
  ['messages', 20_000, async () => assert.throws(() => logouts.receive(`logout_token=${token}`, keys, { now }), { code: 'claim_missing' })],
  ['status lists', 20_000, async () => assert.throws(() => lists.hydrate(`${issuer}1`, token, keys, { now }), { code: 'type_not_allowed' })],
  ['tokens of an issuer', 20_000, () => assert.rejects(fetching.validate(token, cutoffs), { code: 'algorithm_not_allowed' })],
  ['opaque tokens whose answer is kept', 20_000, () => kept.validate('opaque', cutoffs, { now })],
  ['opaque tokens whose answer is not', 5_000, () => never.validate('opaque', cutoffs, { now })],
]) {
  test(`${count} ${name} in one turn take no memory for good`, async () => {
    for (let number = 0; number < 2000; number += 1) await call();
    const before = memory.buffer.byteLength;
    for (let number = 0; number < count; number += 1) await call();
    const grown = memory.buffer.byteLength - before;
    assert.ok(grown <= 65_536, `${grown} bytes`);
  });
}
