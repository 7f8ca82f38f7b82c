// Security events: pushed, polled, and how young the rules of a stream are.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  ConfigError, Cutoffs, EventPoll, EventReceiver, IssuerValidator, LogoutReceiver, MessageRefused, Received, StreamFreshness,
} from '../index.mjs';
import { start } from './issuing.mjs';

const TYPE = 'application/secevent+jwt';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type';
const PATIENT = 20;

/** A test with an issuer of its own, a validator over its keys, and a receiver of its events. */
const streamTest = (name, run) => test(name, { timeout: 120_000 }, async () => {
  const issuer = await start();
  const validator = new IssuerValidator({
    issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], allowLoopbackHttp: true, coolDown: 1, timeout: PATIENT,
  });
  const receiver = new EventReceiver({ issuer: issuer.url, audience: 'api', algorithms: ['EdDSA'], formats: { opaque: 'session' } });
  const subject = { format: 'iss_sub', iss: issuer.url, sub: 'u1' };
  const event = (events, claims = {}, key = 'a') =>
    issuer.token(key, { sub: null, exp: null, sub_id: subject, jti: 'j1', events, ...claims }, { typ: 'secevent+jwt' });
  try {
    await run({ issuer, validator, receiver, event });
  } finally {
    issuer.close();
  }
});

streamTest('a push makes rules that hold in the next request', async ({ issuer, validator, receiver, event }) => {
  const [cutoffs, bearer] = [new Cutoffs(), await issuer.token('a', { sid: 's1' })];
  await validator.validate(bearer, cutoffs);
  const body = await event({ [`${CAEP}/session-revoked`]: { reason_admin: { en: 'gone' } }, 'https://x.example/e': { __proto__: null, 'a': 1 } });
  const received = await validator.receive(receiver, body, { contentType: `${TYPE}; charset=utf-8` });
  assert.ok(received instanceof Received);
  for (const rule of received.rules) assert.equal(cutoffs.apply(rule), 'applied');
  await assert.rejects(validator.validate(bearer, cutoffs), { code: 'session_revoked' });
  assert.deepEqual(received.events.map(({ event, notApplied }) => [event, notApplied]), [
    [`${CAEP}/session-revoked`, []], ['https://x.example/e', ['event_unknown']],
  ]);
  assert.equal(received.events[0].value.reason_admin.en, 'gone');
  assert.equal(Object.getPrototypeOf(received.events[0].value), null);
  assert.deepEqual([received.tokenId, received.isVerification, received.state, received.stream], ['j1', false, undefined, undefined]);
  assert.ok(Math.abs(received.issuedAt - Date.now()) < 60_000);
  assert.deepEqual(received.reply, { status: 202, headers: { 'Cache-Control': 'no-store' }, body: '' });
  assert.deepEqual([received.wrongState.status, JSON.parse(received.wrongState.body).err], [400, 'invalid_state']);
  assert.equal(inspect(received), 'Received { rules: 1 }');
  assert.equal(JSON.stringify(received), '{}');

  // By keys that are there, as bytes, and by itself.
  const { keys } = validator.current;
  assert.equal(receiver.push(TYPE, Buffer.from(body), keys).rules.length, 1);
  assert.equal(receiver.receive(body, keys).tokenId, 'j1');
  assert.equal((await validator.receive(receiver, body)).tokenId, 'j1');
  assert.equal(receiver.issuer, issuer.url);
});

streamTest('what is no event is refused, with the answer of its protocol', async ({ issuer, validator, receiver, event }) => {
  const body = await event({ [`${CAEP}/session-revoked`]: {} }, { aud: 'other' });
  const is = (code, err) => (no) => no instanceof MessageRefused && no.code === code && no.reply.status === 400 && JSON.parse(no.reply.body).err === err;
  await assert.rejects(validator.receive(receiver, body, { contentType: TYPE }), is('audience_not_allowed', 'invalid_audience'));
  // A request without the header is a push without it, and no token by itself.
  for (const contentType of ['application/json', '', undefined, null]) {
    await assert.rejects(validator.receive(receiver, body, { contentType }), is('claim_type', 'invalid_request'));
    assert.throws(() => receiver.push(contentType, body, validator.current.keys), is('claim_type', 'invalid_request'));
  }
  await assert.rejects(validator.receive(receiver, await issuer.token(), { contentType: TYPE }), is('type_not_allowed', 'invalid_request'));
  await assert.rejects(validator.receive(receiver, Buffer.from([0xff, 0xfe]), { contentType: TYPE }), is('claim_type', 'invalid_request'));
  await assert.rejects(validator.receive(receiver, Buffer.from([0xff, 0xfe])), is('token_malformed', 'invalid_request'));
  for (const text of ['', 'a.b.c', '\ud800']) assert.throws(() => receiver.receive(text, validator.current.keys), MessageRefused);
  const logouts = new LogoutReceiver({ issuer: issuer.url, clientId: 'app', algorithms: ['EdDSA'] });
  await assert.rejects(validator.receive(logouts, body, { contentType: TYPE }), /`contentType` is unknown here/);
  for (const value of [0, {}, true, Symbol('x')]) {
    await assert.rejects(validator.receive(receiver, body, { contentType: value }), ConfigError);
  }
});

streamTest('an event that cannot be proven for now is for later', async ({ validator, receiver, event, issuer }) => {
  await issuer.behave(['a'], { at: { '/jwks': 'close' } });
  const body = await event({ [`${CAEP}/session-revoked`]: {} });
  await assert.rejects(validator.receive(receiver, body, { contentType: TYPE }), (no) => no.code === 'keys_unavailable'
    && no.reply.status === 503 && Number(no.reply.headers['Retry-After']) >= 1);
});

streamTest('a stream tells how young its rules are', async ({ validator, receiver, event }) => {
  const stream = new StreamFreshness();
  assert.deepEqual([stream.asOf, stream.needsResync], [undefined, false]);
  const verification = await validator.receive(receiver, await event({ [`${SSF}/verification`]: { state: 'x' } }));
  assert.deepEqual([verification.isVerification, verification.state], [true, 'x']);
  assert.equal((await validator.receive(receiver, await event({ [`${SSF}/verification`]: {} }))).state, undefined);
  stream.heard(verification);
  assert.deepEqual(stream.asOf, verification.issuedAt);
  const later = new Date(Number(verification.issuedAt) + 5000);
  stream.polled(later);
  assert.deepEqual(stream.asOf, later);
  const paused = await validator.receive(receiver, await event({ [`${SSF}/stream-updated`]: { status: 'paused' } }));
  assert.equal(paused.stream, 'paused');
  stream.heard(paused);
  assert.equal(stream.asOf, undefined);
  stream.status('disabled', new Date(Number(later) + 1000));
  stream.status('enabled', new Date(Number(later) + 2000));
  assert.deepEqual([stream.asOf, stream.needsResync], [undefined, true]);
  stream.resynced(Math.floor(later / 1000) + 60);
  assert.deepEqual([Number(stream.asOf), stream.needsResync], [Math.floor(later / 1000) * 1000 + 60_000, false]);
  assert.throws(() => stream.status('open', later), /`status` must be `enabled`, `paused` or `disabled`/);
  assert.throws(() => stream.heard({}), /`received` must be a Received/);
  assert.throws(() => stream.polled(undefined), /`asOf`/);
});

/** A transmitter that is polled: hands out what is put into it until it is acknowledged or refused. */
async function transmitter() {
  const [open, seen] = [new Map(), []];
  const server = createServer(async (request, response) => {
    const body = JSON.parse((await request.toArray()).join(''));
    seen.push({ ...body, authorization: request.headers.authorization });
    for (const tokenId of [...body.ack ?? [], ...Object.keys(body.setErrs ?? {})]) open.delete(tokenId);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sets: Object.fromEntries(open) }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const close = () => { server.closeAllConnections(); server.close(); };
  return { open, seen, url: `http://127.0.0.1:${server.address().port}/poll`, close };
}

streamTest('a round hands on what came, and acknowledges what was taken', async ({ validator, receiver, event, issuer }) => {
  const { open, seen, url, close } = await transmitter();
  try {
    const poll = new EventPoll(validator, receiver, { url, authorization: 'Bearer secret', allowLoopbackHttp: true, longPoll: false, interval: 3600 });
    assert.deepEqual([poll.asOf, poll.fault], [undefined, undefined]);
    for (const name of ['j1', 'j2']) open.set(name, await event({ [`${CAEP}/session-revoked`]: {} }, { jti: name }));
    open.set('no', await issuer.token());
    open.set('other', await event({ [`${CAEP}/session-revoked`]: {} }, { iss: 'https://other.example/', jti: 'other' }));
    const [cutoffs, taken] = [new Cutoffs(), []];
    let mine = new Error('not now');
    const take = async (received) => {
      taken.push(received.tokenId);
      if (received.tokenId === 'j1' && mine) throw mine;
      for (const rule of received.rules) cutoffs.apply(rule);
    };
    // The first of them is not taken: it stays open, the rest was tried, and the error is the caller's.
    await assert.rejects(poll.round(take), mine);
    assert.deepEqual([taken, cutoffs.size, poll.asOf], [['j1', 'j2'], 1, undefined]);
    assert.deepEqual([...poll.refused.keys()], ['no', 'other']);
    assert.match(poll.refused.get('other'), /issuer/);
    assert.equal(await poll.round(take) > 0, true); // not due yet
    assert.equal(seen.length, 1);
    mine = undefined;
    for (let wait = 1; seen.length < 2;) {
      await sleep(wait);
      wait = await poll.round(take);
    }
    assert.deepEqual(seen[1].ack, ['j2']);
    assert.deepEqual(Object.entries(seen[1].setErrs).map(([name, { err }]) => [name, err]), [['no', 'invalid_request'], ['other', 'invalid_issuer']]);
    assert.deepEqual([seen[1].authorization, seen[1].returnImmediately], ['Bearer secret', true]);
    assert.deepEqual(taken, ['j1', 'j2', 'j1']);
    assert.ok(Math.abs(poll.asOf - Date.now()) < 60_000);
    assert.equal(poll.fault, undefined);
    for (let wait = 1; seen.length < 3;) {
      await sleep(wait);
      wait = await poll.round(take);
      if (seen.length === 3) assert.ok(wait > 3_000_000, `${wait}`); // nothing is left: the interval
    }
    assert.deepEqual([seen[2].ack, [...open.keys()]], [['j1'], []]);
  } finally {
    close();
  }
});

streamTest('rounds take turns, and what goes wrong is told', async ({ validator, receiver, event }) => {
  const { open, seen, url, close } = await transmitter();
  const options = { url, allowLoopbackHttp: true };
  try {
    open.set('j1', await event({ [`${CAEP}/session-revoked`]: {} }));
    const elsewhere = new IssuerValidator({ issuer: 'https://other.example/', audience: 'api', algorithms: ['EdDSA'] });
    assert.throws(() => new EventPoll(elsewhere, receiver, options), /`validator` must fetch the keys of the receiver's issuer/);
    const poll = new EventPoll(validator, receiver, options);
    let taken = 0;
    const waits = await Promise.all(Array.from({ length: 20 }, () => poll.round(() => { taken += 1; })));
    assert.deepEqual([taken, seen.length, waits.every((wait) => wait >= 0)], [1, 1, true]);

    const clients = [() => { throw new Error('at once'); }, async () => 'nonsense', async () => ({ status: 200, headers: [], body: 5 })];
    for (const fetch of clients) {
      const failing = new EventPoll(validator, receiver, { ...options, fetch });
      assert.ok(await failing.round(() => assert.fail('nothing came')) > 0);
      assert.equal(failing.fault, 'no answer: no connection, or not in time');
    }
    const asked = [];
    const own = async (address, { method, headers, body, redirect }) => {
      asked.push([address, method, headers.Authorization, JSON.parse(body).maxEvents, redirect]);
      return new Response('{"sets":[]}', { status: 200 });
    };
    const odd = new EventPoll(validator, receiver, { ...options, fetch: own, maxEvents: 5, authorization: 'Bearer x' });
    await odd.round(() => {});
    assert.deepEqual(asked, [[url, 'POST', 'Bearer x', 5, 'manual']]);
    assert.match(odd.fault, /no object `sets`/);
  } finally {
    close();
  }
});

streamTest('what cannot be proven for want of keys is neither taken nor refused', async ({ validator, receiver, event, issuer }) => {
  const { open, seen, url, close } = await transmitter();
  try {
    await issuer.behave(['a'], { at: { '/jwks': 'close' } });
    open.set('j1', await event({ [`${CAEP}/session-revoked`]: {} }));
    const [poll, taken] = [new EventPoll(validator, receiver, { url, allowLoopbackHttp: true }), []];
    await poll.round(() => assert.fail('nobody can prove it'));
    await issuer.behave(['a']);
    for (let wait = 1; taken.length === 0; wait = await poll.round(({ tokenId }) => taken.push(tokenId))) await sleep(wait);
    assert.ok(seen.slice(0, -1).every(({ ack, setErrs }) => ack === undefined && setErrs === undefined));
  } finally {
    close();
  }
});

test('mistakes are told at construction', () => {
  const given = { issuer: 'https://issuer.example/', audience: 'api', algorithms: ['EdDSA'] };
  const validator = new IssuerValidator(given);
  const receiver = new EventReceiver(given);
  for (const [options, text] of [
    [{ issuer: '' }, /issuer/], [{ issuer: undefined }, /`issuer`/], [{ audience: [] }, /audience/], [{ algorithms: ['none'] }, /unknown algorithm/],
    [{ formats: { email: 'email' } }, /an identifier means .* or `claim:NAME`/], [{ unknownMembers: { user: 'match' } }, /`user` cannot be left out/],
    [{ events: { x: 'stop' } }, /an event does one of/], [{ token_issuer: 'x' }, /camelCase/], [{ maxAge: 5 }, /`maxAge` is no member: it has issuer, .*, criticalSubjectMembers/],
    [{ maxSession: 0 }, /`maxSession` must be/], [{ authority: { issuers: [] } }, /`issuers`/], [{ anyEmailCase: 1 }, /`anyEmailCase` must be true or false/],
  ]) assert.throws(() => new EventReceiver({ ...given, ...options }), (error) => error instanceof ConfigError && text.test(error.message), JSON.stringify(options));
  const url = 'https://issuer.example/poll';
  for (const [args, text] of [
    [[{}, receiver, { url }], /`validator` must be an IssuerValidator/], [[validator, validator, { url }], /`receiver` must be an EventReceiver/],
    [[validator, receiver], /`options`/], [[validator, receiver, {}], /`url`/], [[validator, receiver, { url: 'http://issuer.example/' }], /the address must be https/],
    [[validator, receiver, { url, maxEvents: 0 }], /`maxEvents` must be 1 to 1000/], [[validator, receiver, { url, fetch: 5 }], /`fetch` must be a function/],
    [[validator, receiver, { url, authorization: 'Bearer\r\nx: y' }], /`authorization` must be words/], [[validator, receiver, { url, longPoll: 'no' }], /`longPoll` must be true or false/],
  ]) assert.throws(() => new EventPoll(...args), (error) => error instanceof ConfigError && text.test(error.message), String(text));
  const poll = new EventPoll(validator, receiver, { url });
  return assert.rejects(poll.round({}), /`take` must be a function/);
});
