// What is read beside tokens, given what nobody should give: as bad-input.test.mjs does for tokens and rules.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import * as lowwater from '../index.mjs';
import { CLAIMS, ISSUER, NOW, OPTIONS, sign } from './tokens.mjs';

const {
  ConfigError, Cutoffs, EventPoll, EventReceiver, GlobalRevocation, IntrospectionValidator, IssuerValidator, LogoutReceiver, MessageRefused,
  NO_CUTOFFS, RevocationRequest, StatusLists, StreamFreshness, Validator, WithStatus,
} = lowwater;

const FORM = 'application/x-www-form-urlencoded';
const [keys, at] = [OPTIONS.keys, { now: NOW + 1 }];
const own = { issuer: ISSUER, audience: 'api', algorithms: ['HS256'] };
const validator = new IssuerValidator({ ...own, algorithms: ['RS256'] });
const events = new EventReceiver(own);
const logouts = new LogoutReceiver({ issuer: ISSUER, clientId: 'c', algorithms: ['HS256'] });
const revocation = new GlobalRevocation({ issuer: ISSUER });
const lists = new StatusLists({ issuer: ISSUER, lists: ISSUER, algorithms: ['HS256'] });
const stream = new StreamFreshness();
const poll = new EventPoll(validator, events, { url: 'https://issuer.example/poll' });
const request = RevocationRequest.read(FORM, 'token=t');
const event = sign({ iss: ISSUER, aud: 'api', iat: NOW, jti: 'j', sub_id: { format: 'opaque', id: 'x' }, events: { 'https://e.example/': {} } }, { alg: 'HS256', typ: 'secevent+jwt' });
const received = events.receive(event, keys, at);
const accepted = new Validator(OPTIONS).validate(sign(), NO_CUTOFFS, at);
const asks = { issuer: ISSUER, endpoint: 'https://issuer.example/introspect', bearer: 'x', audience: 'api' };
const opaque = new IntrospectionValidator({ ...asks, fetch: async () => new Response('{"active":false}') });
const MADE = { validator, opaque, events, logouts, revocation, lists, stream, poll, request, received, beside: new WithStatus(NO_CUTOFFS, lists) };

const thrower = () => { throw new Error('mine'); };
const trapped = new Proxy({}, new Proxy({}, { get: () => thrower }));
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const NOTHING = [undefined, null, NaN, -1, true, Symbol('x'), () => 1, trapped, revoked, { get a() { return thrower(); } }];
const NO_BODY = [...NOTHING, 0, {}, [], [1], new ArrayBuffer(8), new Uint16Array(8), '\ud800', new Proxy(new Uint8Array(32), {})];
const NO_TYPE = [...NOTHING.slice(2), 1n, {}, ['x'], new String('x')];
const NO_TIME = [undefined, null, NaN, -1, Infinity, '', 'now', {}, [], Date.now(), new Date(NaN), trapped, revoked, new Date(-1), new Date(8.64e15)];
const NO_OPTIONS = [null, 0, 'now', true, [], new Date(), Buffer.from('x'), new Map(), trapped, revoked, { nov: 1 }];

/** Every value gives an error that names the argument. */
function refuses(name, values, call) {
  test(name, async () => {
    for (const value of values) {
      await assert.rejects(async () => call(value), (error) => {
        assert.ok(error instanceof ConfigError, `${String(error)} for ${typeof value}`);
        assert.ok(error.message.includes(name.split(' ')[0]), error.message);
        return true;
      });
    }
  });
}

describe('arguments', () => {
  refuses('body of a push', NO_BODY, (value) => events.push('x', value, keys));
  refuses('body of a message', NO_BODY, (value) => validator.receive(events, value));
  refuses('body of a request', NO_BODY, (value) => RevocationRequest.read(FORM, value));
  refuses('body of a revocation', NO_BODY, (value) => revocation.receive('application/json', value));
  refuses('contentType of a push', NO_TYPE, (value) => events.push(value, 'x', keys));
  refuses('contentType of a message', NO_TYPE, (value) => validator.receive(events, 'x', { contentType: value }));
  refuses('contentType of a request', NO_TYPE, (value) => RevocationRequest.read(value, 'x'));
  refuses('contentType of a revocation', NO_TYPE, (value) => revocation.receive(value, 'x'));
  refuses('receiver', [...NOTHING, {}, revocation, Object.create(EventReceiver.prototype), new Proxy(events, {})], (value) => validator.receive(value, 'x'));
  refuses('token of an event', [...NOTHING, 0, {}, Buffer.from('x')], (value) => events.receive(value, keys));
  refuses('token of a list', [...NOTHING, 0, {}, Buffer.from('x')], (value) => lists.hydrate(ISSUER, value, keys));
  refuses('uri', [...NOTHING, 0, {}, new URL('https://x.example/')], (value) => lists.hydrate(value, 'x', keys));
  refuses('keys', [...NOTHING, 1, [null], new Date()], (value) => events.receive(event, value));
  refuses('keys of a list', [...NOTHING, 1, [null], new Date()], (value) => lists.hydrate(ISSUER, 'x', value));
  refuses('now', NO_TIME, (value) => events.receive(event, keys, { now: value }));
  refuses('now of a message', NO_TIME, (value) => validator.receive(events, event, { now: value }));
  refuses('now of a list', NO_TIME, (value) => lists.hydrate(ISSUER, 'x', keys, { now: value }));
  refuses('now of a revocation', NO_TIME, (value) => revocation.receive('x', 'x', { now: value }));
  refuses('asOf', NO_TIME, (value) => stream.polled(value));
  refuses('asOf of what was loaded', NO_TIME, (value) => stream.resynced(value));
  refuses('at', NO_TIME, (value) => stream.status('enabled', value));
  refuses('status', [...NOTHING, 'Enabled', '', '\ud800'], (value) => stream.status(value, NOW));
  refuses('received', [...NOTHING, {}, event, Object.create(received.constructor.prototype), new Proxy(received, {})], (value) => stream.heard(value));
  refuses('accepted', [...NOTHING, {}, sign(), new Proxy(accepted, {})], (value) => RevocationRequest.accessToken(value));
  refuses('client', [undefined, null, 0, {}, '\ud800'], (value) => RevocationRequest.accessToken(accepted, { client: value }));
  refuses('take', NOTHING.filter((value) => typeof value !== 'function'), (value) => poll.round(value));
  refuses('token', [...NOTHING, 0, {}, Buffer.from('x')], (value) => opaque.validate(value, NO_CUTOFFS));
  refuses('cutoffs', [...NOTHING, {}, lists, Object.create(Cutoffs.prototype)], (value) => opaque.validate('x', value));
  refuses('now of a token', NO_TIME, (value) => opaque.validate('x', NO_CUTOFFS, { now: value }));
  refuses('keys of answers', [...NOTHING, 1, [null], new Date()], (value) => new IntrospectionValidator({ ...asks, signedFor: 'me', algorithms: ['EdDSA'], keys: value }));
  refuses('header', [...NOTHING.slice(2), 5, {}], (value) => opaque.bearer(value));
  test('options', () => {
    for (const value of NO_OPTIONS) {
      for (const call of [
        () => new EventReceiver(value), () => new GlobalRevocation(value), () => new StatusLists(value), () => new EventPoll(validator, events, value),
        () => events.receive(event, keys, value), () => lists.hydrate(ISSUER, 'x', keys, value), () => revocation.receive('x', 'x', value),
        () => new IntrospectionValidator(value), () => opaque.setCredentials(value), () => RevocationRequest.accessToken(accepted, value), () => RevocationRequest.grant('i', 's', 'c', value),
      ]) assert.throws(call, ConfigError, `${call}`);
    }
  });
});

describe('objects', () => {
  test('cannot be made, borrowed, put on or taken off', async () => {
    for (const name of ['Received', 'Revocation', 'RevocationRequest']) {
      for (const given of [[], [Symbol('made'), {}]]) assert.throws(() => new lowwater[name](...given), /is made by/);
    }
    for (const made of Object.values(MADE)) {
      const { prototype, name } = made.constructor;
      assert.throws(() => Reflect.construct(made.constructor, [], class extends made.constructor {}), /cannot be extended|is made by/);
      for (const [member, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        if (member === 'constructor') continue;
        for (const other of [undefined, null, 5, {}, Object.create(prototype), new Proxy(made, {}), accepted]) {
          const said = { name: 'TypeError', message: `called on something that is no ${name}` };
          await assert.rejects(async () => (get ?? value).call(other, 'x', 'x', keys), said, `${name}.${member}`);
        }
      }
    }
  });

  test('can be printed, and say nothing', () => {
    for (const made of Object.values(MADE)) {
      const { prototype, name } = made.constructor;
      inspect(prototype);
      for (const one of [made, Object.create(prototype)]) assert.match(inspect(one), new RegExp(`^${name} \\{`));
      assert.equal(JSON.stringify(made), '{}');
    }
  });

  test('are read once', () => {
    let reads = 0;
    const turning = { ...own, get issuer() { reads += 1; return reads === 1 ? ISSUER : 'other'; } };
    assert.deepEqual([new EventReceiver(turning).issuer, reads], [ISSUER, 1]);
    Object.prototype.contentType = 'x';
    Object.prototype.client = 'other';
    try {
      assert.equal(events.receive(event, keys, {}).tokenId, 'j');
      assert.equal(RevocationRequest.accessToken(accepted, {}).rules.length, 1);
    } finally {
      delete Object.prototype.contentType;
      delete Object.prototype.client;
    }
  });
});

test('no error shows a message', () => {
  const secret = 'hush-hush-hush-hush-hush-hush-hush';
  for (const call of [
    () => events.receive(`${event}x`, keys), () => events.push(secret, event, keys), () => RevocationRequest.read(FORM, `token=a&token=${secret}`),
    () => revocation.receive('application/json', `{"sub_id":{"format":"email","email":"${secret}"}}`), () => lists.hydrate(`${ISSUER}${secret}`, secret, keys),
    () => new EventPoll(validator, events, { url: 'https://i.example/', authorization: `${secret}\n` }),
    () => RevocationRequest.accessToken(accepted, { client: secret }), () => logouts.receive(`logout_token=${event}&logout_token=${secret}`, keys),
  ]) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof MessageRefused || error instanceof ConfigError, error.stack);
      const shown = `${error.stack} ${JSON.stringify(error)} ${error.message}`.replaceAll(import.meta.url, '');
      return !shown.includes(secret) && !shown.includes(event) && !shown.includes(CLAIMS.sub);
    });
  }
});

test('what is large', () => {
  for (const body of ['a'.repeat(1e7), Buffer.alloc(1e7)]) {
    assert.throws(() => events.push('application/secevent+jwt', body, keys), { code: 'claim_type' });
    assert.throws(() => revocation.receive('application/json', body), { code: 'claim_type' });
    assert.throws(() => RevocationRequest.read(FORM, body), { code: 'claim_type' });
  }
  assert.throws(() => lists.hydrate(ISSUER, 'a'.repeat(1e7), keys), { code: 'token_too_large' });
  assert.equal(new Cutoffs().withStatus(Array.from({ length: 1000 }, () => lists)).constructor, WithStatus);
});
