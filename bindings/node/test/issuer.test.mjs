// A validator that fetches, against an issuer that behaves badly.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfigError, Cutoffs, IssuerValidator, KeysUnavailable, LogoutReceiver, MessageRefused, NO_CUTOFFS, Rejected, Validator,
} from '../index.mjs';
import { start } from './issuing.mjs';

const METADATA = '/.well-known/openid-configuration';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Seconds: long enough for a machine that has much else to do; for an issuer that hangs. */
const [PATIENT, SOON, COOL_DOWN] = [20, 2, 1];
const cooled = () => sleep(COOL_DOWN * 1000);

const of = (issuers, options = {}) => new IssuerValidator({
  sources: issuers.map((issuer) => ({ issuer: issuer.url ?? issuer })), audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true,
  coolDown: COOL_DOWN, timeout: PATIENT, ...options,
});

async function code(validator, token) {
  try {
    await validator.validate(token, NO_CUTOFFS);
    return undefined;
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return error.code;
  }
}

/** A test with an issuer of its own. */
const issuerTest = (name, run) => test(name, { timeout: 120_000 }, async () => {
  const issuer = await start();
  try {
    await run(issuer);
  } finally {
    issuer.close();
  }
});

issuerTest('one line, and the first request fetches', async (issuer) => {
  const validator = Validator.forIssuer(issuer.url, { audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true });
  const token = await issuer.token();
  for (let number = 0; number < 100; number += 1) assert.equal((await validator.validate(token, NO_CUTOFFS)).subject, 'u1');
  assert.equal((await validator.validate(validator.bearer(`Bearer ${token}`), NO_CUTOFFS)).claims.sub, 'u1');
  assert.deepEqual(await issuer.paths(), [METADATA, '/jwks']);
});

issuerTest('a hundred first requests at once are one fetch', async (issuer) => {
  const [validator, token] = [of([issuer]), await issuer.token()];
  const codes = await Promise.all(Array.from({ length: 100 }, () => code(validator, token)));
  assert.ok(codes.every((one) => one === undefined));
  assert.deepEqual(await issuer.paths(), [METADATA, '/jwks']);
});

issuerTest('a rotation is noticed by the first token of the new key', async (issuer) => {
  const validator = of([issuer]);
  await validator.hydrate();
  const old = await validator.validate(await issuer.token('a'), NO_CUTOFFS);
  await issuer.behave(['b', 'a']);
  await cooled();
  assert.equal(await code(validator, await issuer.token('b')), undefined);
  assert.equal(await code(validator, await issuer.token('a')), undefined);
  await issuer.behave(['c']);
  await cooled();
  assert.equal(await code(validator, await issuer.token('c')), undefined);
  assert.equal(await code(validator, await issuer.token('a')), 'key_not_found');
  // What was accepted by a key that is gone can still be asked.
  assert.equal(old.subject, 'u1');
});

test('an issuer that is down at the start is 503, and then found', { timeout: 120_000 }, async () => {
  const server = createServer();
  const port = await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });
  await new Promise((resolve) => { server.close(resolve); });
  const url = `http://127.0.0.1:${port}`;
  const elsewhere = await start();
  const [validator, token] = [of([url]), await elsewhere.token('a', { iss: url })];
  elsewhere.close();
  await assert.rejects(validator.validate(token, NO_CUTOFFS), (no) => no instanceof Rejected && no.code === 'keys_unavailable'
    && no.status === 503 && no.remedy === 'retry_later' && Number(no.headers['Retry-After']) >= 1);
  assert.deepEqual(validator.faults, { [url]: 'no answer: no connection, or not in time' });
  await assert.rejects(validator.hydrate(), (error) => error instanceof KeysUnavailable && error.message.startsWith(`${url}: the issuer's keys cannot be had`));
  const issuer = await start(`127.0.0.1:${port}`);
  try {
    const until = Date.now() + PATIENT * 1000;
    while (await code(validator, token) !== undefined) {
      assert.ok(Date.now() < until, JSON.stringify(validator.faults));
      await sleep(50);
    }
  } finally {
    issuer.close();
  }
});

for (const bad of ['hang', 'trickle']) {
  issuerTest(`an issuer that does ${bad} costs one timeout`, async (issuer) => {
    const [validator, token] = [of([issuer], { timeout: SOON }), await issuer.token()];
    await issuer.behave(['a'], { at: { '/jwks': bad } });
    for (const longest of [3 * SOON, SOON]) { // and who comes next does not wait at all
      const began = Date.now();
      assert.equal(await code(validator, token), 'keys_unavailable');
      assert.ok(Date.now() - began < longest * 1000);
    }
  });
}

test('what an issuer must not answer is named, and the last keys stay', { timeout: 120_000 }, async () => {
  const elsewhere = await start();
  const cases = [
    [{ bytes: 10 << 20 }, /larger than the bound/], [{ status: 500 }, /status 500/], ['close', /no answer/], [{ status: 304 }, /status 304/],
    [{ redirect: `${elsewhere.url}/jwks` }, /a redirect to another host/], [{ body: '<html>' }, /no strict JSON object/],
  ];
  for (const [bad, fault] of cases) {
    const issuer = await start();
    const validator = of([issuer]);
    await validator.hydrate();
    await cooled();
    await issuer.behave(['a'], { at: { '/jwks': bad } });
    assert.equal(await code(validator, await issuer.token('b')), 'keys_unavailable', JSON.stringify(bad));
    assert.match(validator.faults[issuer.url], fault);
    assert.equal(await code(validator, await issuer.token('a')), undefined, JSON.stringify(bad));
    issuer.close();
  }
  assert.deepEqual(await elsewhere.paths(), []);
  elsewhere.close();
});

issuerTest('an issuer that lies about its ETag is found out by a new key', async (issuer) => {
  await issuer.behave(['a'], { etag: '"always"' });
  const validator = of([issuer]);
  await validator.hydrate();
  await issuer.behave(['b'], { etag: '"always"' });
  await cooled();
  assert.equal(await code(validator, await issuer.token('b')), undefined);
});

issuerTest('each issuer signs for itself alone', async (issuer) => {
  const other = await start();
  await other.behave(['b']);
  const validator = of([issuer, other]);
  assert.equal(await code(validator, await issuer.token('a')), undefined);
  assert.equal(await code(validator, await other.token('b')), undefined);
  assert.equal(await code(validator, await other.token('b', { iss: issuer.url })), 'key_not_found');
  other.close();
});

issuerTest('a logout at the issuer ends access in the next request', async (issuer) => {
  const [validator, cutoffs] = [of([issuer]), new Cutoffs()];
  const receiver = new LogoutReceiver({ issuer: issuer.url, clientId: 'app', algorithms: ['EdDSA'], mode: 'strict' });
  const bearer = await issuer.token('a', { sid: 's1' });
  assert.equal((await validator.validate(bearer, cutoffs)).session, 's1');

  await issuer.behave(['a', 'b']);
  await cooled();
  const claims = { aud: 'app', sub: null, sid: 's1', jti: 'j1', events: { [EVENT]: {} } };
  const form = `logout_token=${await issuer.token('b', claims, { typ: 'logout+jwt' })}`;
  const logout = await validator.receive(receiver, form);
  assert.deepEqual([logout.session, logout.subject, logout.tokenId], ['s1', undefined, 'j1']);
  for (const rule of logout.rules) assert.equal(cutoffs.apply(rule), 'applied');
  assert.deepEqual(logout.reply, { status: 200, headers: { 'Cache-Control': 'no-store' }, body: '' });
  await assert.rejects(validator.validate(bearer, cutoffs), (no) => no.code === 'session_revoked' && no.remedy === 'reauthenticate');
  // It comes again, as bytes: nothing changes.
  const again = await validator.receive(receiver, new TextEncoder().encode(form));
  assert.deepEqual(again.rules.map((rule) => cutoffs.apply(rule)), ['already_held']);
  assert.equal(receiver.receive(form, validator.current.keys).tokenId, 'j1');

  const nonce = `logout_token=${await issuer.token('b', { ...claims, nonce: 'n' }, { typ: 'logout+jwt' })}`;
  await assert.rejects(validator.receive(receiver, nonce), (no) => no instanceof MessageRefused && no.code === 'claim_forbidden'
    && no.message === 'nonce must not be there' && no.reply.status === 400 && JSON.parse(no.reply.body).error === 'invalid_request');
  await assert.rejects(validator.receive(receiver, `logout_token=${bearer}`), MessageRefused);
  assert.throws(() => receiver.receive(nonce, validator.current.keys), MessageRefused);
  await assert.rejects(validator.receive({}, form), /`receiver` must be a LogoutReceiver/);
});

issuerTest('keys that were kept serve while the issuer is down', async (issuer) => {
  let jwks;
  const keeping = async (url, init) => {
    const response = await fetch(url, init);
    if (url.endsWith('/jwks')) jwks = await response.clone().text();
    return response;
  };
  await of([issuer], { fetch: keeping }).hydrate();
  const validator = of([issuer], { fetch: () => Promise.reject(new Error('down')) });
  await assert.rejects(validator.hydrate('{}', { freshUntil: Date.now() / 1000 + 60 }), ConfigError);
  await assert.rejects(validator.hydrate(jwks, { issuer: 'https://other.example/', freshUntil: new Date() }), /no source of this issuer/);
  await validator.hydrate(JSON.parse(jwks), { freshUntil: new Date(Date.now() + 60_000) });
  assert.equal(await code(validator, await issuer.token()), undefined);
  assert.deepEqual(validator.current.keys.keyIds, ['a']);
});

issuerTest('a client that throws, hangs or answers nonsense is an issuer that does not answer', async (issuer) => {
  const clients = [() => { throw new Error('at once'); }, () => new Promise(() => {}), async () => 'nonsense', async () => ({ status: 'x', headers: [], body: null })];
  for (const fetching of clients) {
    const validator = of([issuer], { fetch: fetching, timeout: SOON });
    assert.equal(await code(validator, await issuer.token()), 'keys_unavailable');
  }
});

test('mistakes are told at construction', () => {
  const given = { issuer: 'https://issuer.example/', audience: 'api', algorithms: ['EdDSA'] };
  assert.deepEqual(new IssuerValidator(given).faults, { 'https://issuer.example/': undefined });
  for (const [options, text] of [
    [{ issuer: 'http://issuer.example/' }, /the address must be https/],
    [{ issuer: '' }, /`issuer` must be a string that is not empty/],
    [{ audience: [] }, /`audience`/],
    [{ coolDown: 0 }, /`coolDown` must be 1 second to 24 hours/],
    [{ cooldown: 1 }, /"cooldown" is unknown/],
    [{ sources: [{ issuer: 'https://issuer.example/' }] }, /one source for each issuer/],
    [{ sources: [{ issuer: 'https://b.example/', url: 'x' }] }, /`url` is no member/],
    [{ keys: [] }, /keys/],
    [{ fetch: 'fetch' }, /`fetch` must be a function/],
  ]) assert.throws(() => new IssuerValidator({ ...given, ...options }), (error) => error instanceof ConfigError && text.test(error.message), JSON.stringify(options));
  assert.throws(() => new IssuerValidator({ audience: 'api', algorithms: ['EdDSA'] }), /`issuer` must be given/);
  assert.throws(() => Validator.forIssuer('https://a.example/', given), /`issuer` stands before the options/);
  assert.throws(() => new LogoutReceiver({ issuer: 'i', clientId: 'c', algorithms: ['none'] }), ConfigError);
});
