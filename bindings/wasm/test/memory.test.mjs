// The module's memory grows and never shrinks: what a loop without a pause does in it must not pile up.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { Cutoffs, Key, Validator } from 'lowwater-wasm';

const NOW = 1_700_000_000;
const secret = new Uint8Array(32).fill(7);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const message = `${part({ alg: 'HS256' })}.${part({ iss: 'i', aud: 'a', sub: 'u', iat: NOW, exp: NOW + 60 })}`;
const token = `${message}.${createHmac('sha256', secret).update(message).digest('base64url')}`;

const validator = new Validator({ issuer: 'i', audience: 'a', algorithms: ['HS256'], keys: Key.fromSecret(secret) });
const cutoffs = new Cutoffs();
const now = NOW + 1;

/** Megabytes that a number of calls took for good. */
function taken(call, count) {
  for (let number = 0; number < count / 10; number += 1) call();
  const before = process.memoryUsage().rss;
  for (let number = 0; number < count; number += 1) call();
  return (process.memoryUsage().rss - before) / 1e6;
}

for (const [name, count, call] of [
  ['validations', 200_000, () => validator.validate(token, cutoffs, { now }).claims],
  ['rules by options', 100_000, () => cutoffs.issuedBefore(NOW - 10, { subject: 'other', now })],
  ['rules as objects', 100_000, () => cutoffs.apply({ rule: 'issued_before', target: { subject: 'other' }, at: NOW - 10 }, { now })],
  ['explanations', 20_000, () => validator.explain(token, cutoffs, { now })],
]) {
  test(`${count} ${name} in one turn take no memory for good`, () => {
    const megabytes = taken(call, count);
    assert.ok(megabytes < 25, `${megabytes.toFixed(1)} MB`);
  });
}
