// A validator that asks about opaque tokens, and the server that it asks.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { ConfigError, Cutoffs, IntrospectionValidator, IssuerValidator, NO_CUTOFFS, Rejected, StatusLists } from '../index.mjs';
import { start } from './issuing.mjs';

const ISSUER = 'https://issuer.example/';
const SIGNED = 'application/token-introspection+jwt';

/** A server that says of each token what `says` tells, and what it was asked. */
async function server(says) {
  const seen = [];
  const listening = createServer(async (request, response) => {
    const form = new URLSearchParams((await request.toArray()).join(''));
    seen.push({ token: form.get('token'), authorization: request.headers.authorization, accept: request.headers.accept });
    const said = await says(form.get('token'));
    if (said === undefined) return request.socket.destroy();
    const { status = 200, type = 'application/json', body } = typeof said === 'string' ? { body: said } : said;
    return response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => { listening.listen(0, '127.0.0.1', resolve); });
  const endpoint = `http://127.0.0.1:${listening.address().port}/introspect`;
  return { seen, endpoint, close: () => { listening.closeAllConnections(); listening.close(); } };
}

const seconds = () => Math.floor(Date.now() / 1000);
const active = (claims = {}) => JSON.stringify({ active: true, iss: ISSUER, aud: 'api', sub: 'u1', iat: seconds() - 5, exp: seconds() + 600, ...claims });
const of = (endpoint, options = {}) => new IntrospectionValidator({
  issuer: ISSUER, endpoint, clientId: 'api', clientSecret: 'secret', audience: 'api', allowLoopbackHttp: true, ...options,
});

/** A test with a server of its own. */
const serverTest = (name, says, run) => test(name, { timeout: 60_000 }, async () => {
  const own = await server(says);
  try {
    await run(own);
  } finally {
    own.close();
  }
});

async function code(validator, token, rules = NO_CUTOFFS) {
  try {
    await validator.validate(token, rules);
    return undefined;
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    return error.code;
  }
}

serverTest('an answer is kept, and a rule holds for the next request', () => active({ scope: 'read', client_id: 'c1', n: 2 ** 53 }), async ({ seen, endpoint }) => {
  const [validator, cutoffs] = [of(endpoint), new Cutoffs()];
  const accepted = await validator.validate(validator.bearer('Bearer opaque'), cutoffs);
  assert.deepEqual(seen, [{ token: 'opaque', authorization: `Basic ${btoa('api:secret')}`, accept: 'application/json' }]);
  assert.deepEqual([accepted.subject, accepted.client, accepted.scopes, accepted.claims.active], ['u1', 'c1', ['read'], true]);
  assert.deepEqual([accepted.algorithm, accepted.keyId, accepted.header, accepted.headerJson, accepted.tokenType], [undefined, undefined, undefined, undefined, undefined]);
  assert.equal(inspect(accepted), 'Accepted {}');
  accepted.require({ scopes: ['read'] });
  assert.throws(() => accepted.require({ scopes: ['write'] }), { code: 'scope_missing' });
  const ticket = accepted.ticket();
  assert.equal(ticket.recheck(cutoffs).state, 'fresh');

  cutoffs.authenticatedBefore(new Date(), { issuer: ISSUER, subject: 'u1' });
  assert.equal(await code(validator, 'opaque', cutoffs), 'session_revoked');
  assert.throws(() => ticket.recheck(cutoffs), { code: 'session_revoked' });
  assert.equal(seen.length, 1);
  validator.clear();
  assert.equal(await code(validator, 'opaque', cutoffs), 'session_revoked');
  assert.equal(seen.length, 2);
  cutoffs.prune(validator.validator);
  await assert.rejects(validator.validate('opaque', NO_CUTOFFS, { now: new Date(Date.now() + 3_600_000) }), { code: 'token_expired' });
});

serverTest('what was accepted can be asked after it was forgotten', (token) => active({ sub: token }), async ({ endpoint }) => {
  const validator = of(endpoint);
  const [first, second] = [await validator.validate('u1', NO_CUTOFFS), await validator.validate('u2', NO_CUTOFFS)];
  for (let turn = 0; turn < 1100; turn += 1) await validator.validate('u2', NO_CUTOFFS);
  validator.clear();
  assert.deepEqual([first.subject, second.subject, first.claims.sub], ['u1', 'u2', 'u1']);
  assert.equal(first.ticket().isAffectedBy({ rule: 'revoked', target: { subject: 'u1' }, until: 'never' }), true);
  // No text that a stranger gives is ever taken for an answer.
  await assert.rejects(async () => validator.validator.validate(first.claimsJson, NO_CUTOFFS), Rejected);
  assert.throws(() => validator.validator.withKeys({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'h8NOvTEkdQ9cbJmifn5U9J4WaUyUSHe2MuD21F-eqk4' }] }).validate(first.claimsJson, NO_CUTOFFS), Rejected);
});

serverTest('many requests that bring one token are one question', async () => { await sleep(50); return active(); }, async ({ seen, endpoint }) => {
  const validator = of(endpoint);
  const codes = await Promise.all(Array.from({ length: 100 }, () => code(validator, 'opaque')));
  assert.ok(codes.every((one) => one === undefined));
  assert.equal(seen.length, 1);
  await Promise.all(['a', 'b', 'c'].map((token) => code(validator, token)));
  assert.equal(seen.length, 4);
});

serverTest('no answer is 503, and never an inactive token', (token) => ({ a: undefined, b: '<html>', c: { status: 500 }, d: '{"active":false}' }[token]), async ({ endpoint }) => {
  const validator = of(endpoint);
  assert.equal(await code(validator, 'd'), 'token_inactive');
  assert.equal(validator.fault, undefined);
  for (const [token, fault] of [['a', /no answer: no connection, or not in time/], ['b', /no strict JSON object/], ['c', /status 500/]]) {
    await assert.rejects(validator.validate(token, NO_CUTOFFS), (no) => no.code === 'introspection_unavailable' && no.status === 503 && Number(no.headers['Retry-After']) >= 1);
    assert.match(validator.fault, fault);
  }
  // What has no shape is asked about with nobody.
  assert.deepEqual([await code(of(endpoint), ''), await code(of(endpoint), 'a b'), await code(of(endpoint), 'a'.repeat(1e6))], ['token_malformed', 'token_malformed', 'token_too_large']);
  const clients = [() => { throw new Error('at once'); }, () => new Promise(() => {}), async () => 'nonsense', async () => ({ status: 'x', headers: [], body: null })];
  for (const fetch of clients) assert.equal(await code(of(endpoint, { fetch, timeout: 1 }), 'x'), 'introspection_unavailable');
});

serverTest('credentials can be changed', () => active(), async ({ seen, endpoint }) => {
  const validator = of(endpoint, { ttl: 0 });
  await validator.validate('x', NO_CUTOFFS);
  validator.setCredentials({ bearer: 'mine' });
  await validator.validate('x', NO_CUTOFFS);
  validator.setCredentials({ clientId: 'new', clientSecret: 'other' });
  await validator.validate('x', NO_CUTOFFS);
  assert.deepEqual(seen.map(({ authorization }) => authorization), [`Basic ${btoa('api:secret')}`, 'Bearer mine', `Basic ${btoa('new:other')}`]);
  for (const bad of [{}, { clientId: 'x' }, { bearer: 'x', clientId: 'y', clientSecret: 'z' }, { bearer: undefined }, { bearer: 5 }, { secret: 'x' }, undefined, { bearer: 'a\nb' }]) {
    assert.throws(() => validator.setCredentials(bad), (error) => error instanceof ConfigError && !error.message.includes('a\nb'), JSON.stringify(bad));
  }
});

test('signed answers are proven by keys that are fetched', { timeout: 60_000 }, async () => {
  const issuer = await start();
  let key = 'a';
  const said = async () => ({
    type: SIGNED, body: await issuer.token(key, {
      aud: 'me', sub: null, exp: null, token_introspection: { active: true, aud: 'api', sub: 'u1', iat: seconds() - 5, exp: seconds() + 600 },
    }, { typ: 'token-introspection+jwt' }),
  });
  const { seen, endpoint, close } = await server(said);
  try {
    const keys = new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, coolDown: 1, timeout: 20 });
    const signed = { issuer: issuer.url, signedFor: 'me', algorithms: ['EdDSA'], ttl: 0 };
    const validator = of(endpoint, { ...signed, keys });
    assert.equal((await validator.validate('x', NO_CUTOFFS)).subject, 'u1');
    assert.equal(seen[0].accept, SIGNED);
    // The issuer signs with a new key: it is waited for.
    await issuer.behave(['b']);
    await sleep(1100);
    key = 'b';
    assert.equal((await validator.validate('x', NO_CUTOFFS)).claims.sub, 'u1');
    assert.equal((await of(endpoint, { ...signed, keys: keys.current.keys }).validate('x', NO_CUTOFFS)).subject, 'u1');
    key = 'c';
    assert.equal(await code(of(endpoint, { ...signed, keys: keys.current.keys }), 'x'), 'introspection_unavailable');
    assert.throws(() => of(endpoint, { keys }), /`keys` must be given with `signedFor`, and not without/);
    assert.throws(() => of(endpoint, { issuer: issuer.url, signedFor: 'me', algorithms: ['EdDSA'] }), /`keys` must be given with `signedFor`/);
    assert.throws(() => of(endpoint, { ...signed, issuer: ISSUER, keys }), /`keys` has no source of keys of this issuer/);
  } finally {
    close();
    issuer.close();
  }
});

test('mistakes are told at construction', () => {
  const given = { issuer: ISSUER, endpoint: 'https://issuer.example/introspect', clientId: 'api', clientSecret: 'secret', audience: 'api' };
  assert.equal(new IntrospectionValidator(given).fault, undefined);
  for (const [options, text] of [
    [{ issuer: [ISSUER] }, /`issuer` must be a string, not array/], [{ issuer: undefined }, /`issuer`/], [{ audience: [] }, /`audience`/],
    [{ endpoint: 'http://issuer.example/' }, /https/], [{ clientSecret: undefined }, /`clientSecret`/], [{ bearer: 'x' }, /give `clientId` with `clientSecret`/],
    [{ credentials: 'none' }, /give `clientId`/], [{ algorithms: ['EdDSA'] }, /`algorithms` wants `signedFor`/], [{ ttl: -1 }, /`ttl`/], [{ inactiveTtl: 1 }, /`inactiveTtl` must be/],
    [{ maxPending: 0 }, /`maxPending` must be/], [{ fetch: 5 }, /`fetch` must be a function/], [{ memoBytes: 5 }, /memoBytes/], [{ client_id: 'x' }, /camelCase/], [{ leeway: 1e9 }, /`leeway`/],
  ]) assert.throws(() => new IntrospectionValidator({ ...given, ...options }), (error) => error instanceof ConfigError && text.test(error.message), JSON.stringify(options));
});

test('a validator that fetches keys fetches status lists', { timeout: 60_000 }, async () => {
  const issuer = await start();
  try {
    const uri = `${issuer.url}/lists/1`;
    const list = await issuer.token('a', { exp: null, sub: uri, aud: null, status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } }, { typ: 'statuslist+jwt' });
    const lists = () => new StatusLists({ issuer: issuer.url, lists: `${issuer.url}/lists/`, algorithms: ['EdDSA'], allowLoopbackHttp: true });
    const validator = new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, timeout: 20, statusLists: lists() });
    const token = (idx) => issuer.token('a', { status: { status_list: { idx, uri } } });
    await issuer.behave(['a'], { at: { '/lists/1': { body: list } } });
    // b9 a3: the first is 1, the second 0.
    assert.deepEqual([await code(validator, await token(0)), await code(validator, await token(1))], ['status_invalid', undefined]);
    assert.deepEqual((await issuer.paths()).filter((path) => path.startsWith('/lists')), ['/lists/1']);
    assert.deepEqual(validator.listFaults, {});

    await issuer.behave(['a'], { at: { '/lists/1': { status: 500 } } });
    const failing = new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, timeout: 20, statusLists: [lists()] });
    assert.equal(await code(failing, await token(1)), 'status_unavailable');
    assert.match(failing.listFaults[uri], /status 500/);
    // What was kept is taken over.
    const kept = lists();
    kept.hydrate(uri, list, validator.current.keys);
    assert.equal(await code(new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, timeout: 20, statusLists: kept }), await token(1)), undefined);
    for (const statusLists of [undefined, [], {}, [kept, 5]]) {
      assert.throws(() => new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], statusLists }), /`statusLists` must be StatusLists/);
    }
    const elsewhere = new StatusLists({ issuer: issuer.url, listIssuer: ISSUER, lists: ISSUER, algorithms: ['EdDSA'] });
    assert.throws(() => new IssuerValidator({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, statusLists: elsewhere }), /a source of keys for the issuer that signs/);
  } finally {
    issuer.close();
  }
});
