import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import * as lowwater from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, SECRET, sign } from './tokens.mjs';

const { ANY, ConfigError, Cutoffs, Index, Key, KeySet, NO_CUTOFFS, Rejected, Rule, Validator, affected, unverified } = lowwater;

const validator = new Validator(OPTIONS);
const cutoffs = new Cutoffs();
const [token, at] = [sign(), { now: NOW + 1 }];
const accepted = validator.validate(token, cutoffs, at);
const ticket = accepted.ticket();
const rule = Rule.revoked('never', { session: 's' });
const set = new KeySet(OPTIONS.keys);

const thrower = () => { throw new Error('mine'); };
const trapped = new Proxy({}, new Proxy({}, { get: () => thrower }));
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const detached = new Uint8Array(8);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Nothing that any argument is. */
const NOTHING = [undefined, null, NaN, -1, 1e400, -1e400, true, Symbol('x'), () => 1, trapped, revoked, { get a() { return thrower(); } }];
const NO_TEXT = [...NOTHING, 0, 1, 1n, {}, [], ['x'], new Date(), Buffer.from('x'), new String('x'), '\ud800'];
const NO_BYTES = [...NOTHING, 0, 'text', {}, [], [1], new ArrayBuffer(8), new Uint16Array(8), { length: 16 }, new DataView(new ArrayBuffer(8)),
  new Proxy(new Uint8Array(32), {}), Object.create(Uint8Array.prototype)];
const NO_TIME = [undefined, null, NaN, -1, Infinity, -Infinity, true, '', 'now', {}, [], [1], -1n, 10n ** 30n, 1.7e12, Date.now(), new Date(NaN), new Number(1), Buffer.from('x'),
  trapped, revoked, Symbol('x'), Object.create(Date.prototype), new Date(-1), new Date(8.64e15)];
const NO_SPAN = [...NO_TIME.filter((value) => typeof value !== 'number' || !(value > 1e11 && value < 1e14)), '60', new Date(1000)];
const NO_COUNT = [undefined, null, NaN, -1, 1.5, 2 ** 53, true, '1', 1n, {}, []];
const NO_FLAG = [undefined, null, 0, 1, 'true', {}, NaN];
const NO_OPTIONS = [null, 0, 'now', true, [], new Date(), Buffer.from('x'), new Map(), trapped, revoked, { get now() { return thrower(); } }];

/** Every value gives an error that names the argument. */
function refuses(name, values, call) {
  test(name, () => {
    for (const value of values) {
      assert.throws(() => call(value), (error) => {
        assert.ok(error instanceof ConfigError, `${String(error)} for ${typeof value}`);
        assert.ok(error.message.includes(`\`${name.split(' ')[0]}\``), error.message);
        assert.match(error.code, /^[a-z_]+$/);
        return true;
      });
    }
  });
}

describe('what is not text', () => {
  refuses('token of validate', NO_TEXT.filter((value) => value !== '\ud800'), (value) => validator.validate(value, cutoffs));
  refuses('token of explain', NO_TEXT.slice(0, -1), (value) => validator.explain(value, cutoffs));
  refuses('token of verify', NO_TEXT.slice(0, -1), (value) => validator.verify(value));
  refuses('token of KeySet.verify', NO_TEXT.slice(0, -1), (value) => set.verify(value, ['HS256']));
  refuses('token of unverified', NO_TEXT.slice(0, -1), (value) => unverified(value));
  refuses('header', NO_TEXT.slice(2, -1), (value) => validator.bearer(value));
  refuses('policy', NO_TEXT, (value) => Validator.fromJson(value, { keys: set }));
  refuses('json', NO_TEXT, (value) => Rule.fromJson(value));
  refuses('id of lift', NO_TEXT, (value) => cutoffs.lift(value));
  refuses('lines of load', NO_TEXT, (value) => cutoffs.loadJsonLines(value));
  refuses('lines of apply', NO_TEXT, (value) => cutoffs.applyJsonLines(value));
  refuses('issuer of forIssuer', NO_TEXT, (value) => set.forIssuer(value));
  refuses('id of a key', NO_TEXT, (value) => Key.fromSecret(SECRET, { id: value }));
  refuses('algorithm', NO_TEXT, (value) => Key.fromSecret(SECRET, { algorithm: value }));
  refuses('algorithms of verify', NO_TEXT, (value) => set.verify(token, [value]));
  refuses('algorithms as a whole', [...NOTHING, [], 'HS256', { 0: 'HS256', length: 1 }], (value) => set.verify(token, value));
  for (const name of ['subject', 'confirmation']) {
    refuses(`${name} required`, NO_TEXT, (value) => accepted.require({ [name]: value }));
  }
  for (const name of ['scopes', 'anyScope', 'permissions', 'anyPermission']) {
    refuses(`${name} required`, [...NOTHING, 'read', [1], [undefined], ['\ud800'], [['x']]], (value) => accepted.require({ [name]: value }));
  }
});

describe('what is not bytes', () => {
  refuses('secret', NO_BYTES, (value) => Key.fromSecret(value));
  refuses('secret that is short', NO_BYTES, (value) => Key.fromShortSecret(value));
  refuses('der', NO_BYTES, (value) => Key.fromDer(value));
  refuses('snapshot', NO_BYTES, (value) => cutoffs.loadSnapshot(value));
  refuses('delta', NO_BYTES, (value) => cutoffs.applyDelta(value));
  refuses('bytes', NO_BYTES, (value) => new Index(value));
  test('a detached buffer, and one that is shared', () => {
    for (const call of [Key.fromSecret, (bytes) => new Index(bytes), (bytes) => cutoffs.loadSnapshot(bytes)]) {
      assert.throws(() => call(detached), ConfigError);
    }
    const shared = new Uint8Array(new SharedArrayBuffer(32)).fill(7);
    assert.equal(validator.withKeys(Key.fromSecret(shared)).validate(token, cutoffs, at).subject, CLAIMS.sub);
  });
});

describe('what is no time, span or number', () => {
  refuses('now', NO_TIME, (value) => validator.validate(token, cutoffs, { now: value }));
  refuses('now of a rule', NO_TIME, (value) => cutoffs.revoked('never', { session: 's', now: value }));
  refuses('asOf', NO_TIME, (value) => cutoffs.loaded(value));
  refuses('at', NO_TIME, (value) => Rule.issuedBefore(value, { subject: 'u' }));
  refuses('until', NO_TIME, (value) => Rule.revoked(value, { session: 's' }));
  refuses('freshWithin', NO_SPAN, (value) => validator.validate(token, cutoffs, { freshWithin: value }));
  refuses('retryAfter', NO_SPAN, (value) => validator.rulesUnavailable(value));
  refuses('staleAfter', NO_SPAN, (value) => Cutoffs.replica({ staleAfter: value, expiredAfter: 5 }));
  refuses('expiredAfter', NO_SPAN, (value) => Index.replica(new Uint8Array(9), { staleAfter: 1, expiredAfter: value }));
  refuses('leeway', NO_SPAN, (value) => new Validator({ ...OPTIONS, leeway: value }));
  refuses('capacity', NO_COUNT, (value) => new Cutoffs({ capacity: value }));
  refuses('sequence', NO_COUNT, (value) => cutoffs.deltaSince(value));
  refuses('version', NO_COUNT.filter((value) => value !== 1n), (value) => Rule.suspended({ subject: 'u', on: true, version: value }));
  refuses('on', NO_FLAG, (value) => Rule.suspended({ subject: 'u', on: value, version: 1 }));
  refuses('force', NO_FLAG, (value) => cutoffs.prune(validator, { force: value }));
  refuses('skipBad', NO_FLAG, (value) => cutoffs.applyJsonLines('', { skipBad: value }));
  refuses('allowShortSecret', NO_FLAG, (value) => new KeySet(OPTIONS.keys, { allowShortSecret: value }));
});

describe('what is something else', () => {
  refuses('cutoffs', [...NOTHING, {}, 'x', [], validator, Symbol('lowwater.NO_CUTOFFS'), Object.create(Cutoffs.prototype), new Proxy(cutoffs, {})],
    (value) => validator.validate(token, value));
  refuses('keys', [...NOTHING, 1, Symbol('k'), [set], [null], new Date(), Object.create(Key.prototype), new Proxy(set, {}), new Map()],
    (value) => validator.withKeys(value));
  refuses('other', [...NOTHING, {}, Object.create(Cutoffs.prototype)], (value) => cutoffs.merge(value));
  refuses('validators', [...NOTHING, {}, [], [null], [cutoffs]], (value) => cutoffs.prune(value));
  refuses('rule', [...NOTHING, 1, [], new Date(), new Map(), '\ud800', Object.create(Rule.prototype)], (value) => cutoffs.apply(value));
  refuses('tickets', [...NOTHING, 1, 'x', {}, [null], [accepted], Object.create(null)], (value) => affected(value, rule));
  refuses('options', NO_OPTIONS, (value) => validator.validate(token, cutoffs, value));
  refuses('options of rules', NO_OPTIONS, (value) => cutoffs.revoked('never', value));
  refuses('options of a validator', [...NO_OPTIONS, undefined], (value) => new Validator(value));
  refuses('requirement', [...NO_OPTIONS, undefined], (value) => accepted.require(value));
  refuses('issuer', [...NOTHING, '\ud800', [undefined], {}, new Date()], (value) => new Validator({ ...OPTIONS, issuer: value }));
  refuses('audience', [...NOTHING, [], [null], 5], (value) => new Validator({ ...OPTIONS, audience: value }));
  refuses('subject', NO_TEXT, (value) => cutoffs.revoked('never', { subject: value }));
  refuses('tenant', [undefined, null, NaN, 1.5, 2 ** 53, {}, [], '\ud800', revoked], (value) => cutoffs.find({ tenant: value }));
  refuses('claims', [...NOTHING, 'x', [], {}], (value) => cutoffs.find({ issuer: 'i', claims: value }));
  refuses('claims of a rule', [{}, { role: ANY }, { role: undefined }], (value) => cutoffs.issuedBefore(NOW, { issuer: 'i', claims: value }));

  test('ANY, where nothing is any', () => {
    for (const call of [
      () => new Validator({ ...OPTIONS, issuer: [ANY] }), () => new Validator({ ...OPTIONS, claimEquals: { a: ANY } }),
      () => new Validator({ ...OPTIONS, leeway: ANY }), () => cutoffs.revoked('never', { subject: ANY }),
      () => cutoffs.apply({ rule: 'revoked', target: { session: 's', issuer: ANY }, until: 'never' }), () => cutoffs.find({ claims: { a: ANY } }),
    ]) assert.throws(call, ConfigError);
  });

  test('members that are unknown', () => {
    for (const call of [
      () => accepted.require({ scope: ['x'] }), () => validator.validate(token, cutoffs, { nov: 1 }), () => new Cutoffs({ size: 1 }),
      () => cutoffs.revoked('never', { sub: 'x' }), () => Key.fromSecret(SECRET, { kid: 'x' }), () => cutoffs.compact({ force: true }),
      () => new Validator({ ...OPTIONS, ignoreExpiration: true }), () => cutoffs.find({}), () => cutoffs.find({ subject: 'x', token_id: 'y' }),
    ]) assert.throws(call, ConfigError);
  });

  test('an issuer that is left out', () => {
    for (const name of ['issuer', 'audience', 'algorithms', 'keys']) {
      const { [name]: gone, ...rest } = OPTIONS;
      assert.throws(() => new Validator(rest), ConfigError, name);
      assert.throws(() => new Validator({ ...rest, [name]: undefined }), ConfigError, name);
    }
  });
});

describe('hostile objects', () => {
  test('are read once', () => {
    let reads = 0;
    const turning = { get subject() { reads += 1; return reads === 1 ? CLAIMS.sub : 'other'; } };
    accepted.require(turning);
    assert.equal(reads, 1);
    const issuers = new Proxy([CLAIMS.iss], { get: (list, name) => { if (name === '0') reads += 1; return list[name]; } });
    new Validator({ ...OPTIONS, issuer: issuers }).validate(token, cutoffs, at);
    assert.equal(reads, 2);
  });

  test('do not inherit options', () => {
    Object.prototype.now = 5;
    Object.prototype.allowShortSecret = true;
    try {
      assert.throws(() => validator.validate(token, cutoffs, {}), { code: 'token_expired' });
      assert.throws(() => new KeySet({ keys: [{ kty: 'oct', k: 'AAAA' }] }), ConfigError);
    } finally {
      delete Object.prototype.now;
      delete Object.prototype.allowShortSecret;
    }
  });

  test('cannot be made, borrowed or put on', () => {
    for (const name of ['Accepted', 'Key', 'Rule', 'Signed', 'Ticket']) {
      assert.throws(() => new lowwater[name](), ConfigError);
      assert.throws(() => new lowwater[name](Symbol('made'), {}), ConfigError);
    }
    for (const made of [validator, cutoffs, accepted, ticket, rule, set]) {
      const { prototype } = made.constructor;
      for (const name of Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')) {
        const { value, get } = Object.getOwnPropertyDescriptor(prototype, name);
        for (const other of [{}, Object.create(prototype), new Proxy(made, {}), undefined, name === 'ticket' ? rule : accepted]) {
          if (made === accepted && other === accepted) continue;
          assert.throws(() => (get ?? value).call(other, token, cutoffs), (error) => error instanceof TypeError || error instanceof ConfigError);
        }
      }
    }
  });

  test('of a subclass are not made', () => {
    const given = { Validator: [OPTIONS], KeySet: [OPTIONS.keys], Index: [cutoffs.toIndex(at)] };
    for (const name of ['Accepted', 'Cutoffs', 'Index', 'Key', 'KeySet', 'Rule', 'Signed', 'Ticket', 'Validator']) {
      const Own = class extends lowwater[name] {};
      assert.throws(() => new Own(...(given[name] ?? [])), /cannot be extended|is made by/);
      assert.throws(() => Reflect.construct(lowwater[name], given[name] ?? [], Own), ConfigError);
    }
  });

  test('do not get what the addon made', () => {
    const bounds = { staleAfter: 1, expiredAfter: 2 };
    const policy = '{"issuer":["i"],"audience":["a"],"algorithms":["HS256"]}';
    let stolen = [];
    function Thief(...given) { stolen.push(...given); }
    for (const [Class, call] of [
      [Cutoffs, (own) => Cutoffs.replica.call(own, bounds)], [Index, (own) => Index.replica.call(own, cutoffs.toIndex(at), bounds)],
      [Validator, (own) => Validator.fromJson.call(own, policy, { keys: set })],
    ]) {
      class Own extends Class { constructor() { super(...(Class === Validator ? [OPTIONS] : [])); } }
      for (const own of [Thief, Own, undefined]) assert.equal(Object.getPrototypeOf(call(own)), Class.prototype);
    }
    assert.deepEqual(stolen, []);
    class Rules extends Cutoffs { constructor() { super(); } }
    assert.throws(() => validator.validate(token, Rules.replica(bounds), at), { code: 'rules_unavailable' });
    class Policy extends Validator { constructor() { super(OPTIONS); } }
    assert.throws(() => Policy.fromJson(policy, { keys: set }).validate(token, cutoffs, at), { code: 'issuer_not_allowed' });
  });

  test('are missed by methods that were taken off', () => {
    const index = new Index(cutoffs.toIndex(at));
    for (const made of [validator, cutoffs, index, accepted, ticket, rule, set, OPTIONS.keys, validator.verify(token)]) {
      const { prototype, name } = made.constructor;
      for (const [member, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        if (member === 'constructor') continue;
        for (const other of [undefined, null, 5, {}, made === set ? cutoffs : set]) {
          const said = { name: 'TypeError', message: `called on something that is no ${name}` };
          assert.throws(() => (get ?? value).call(other, token, cutoffs), said, `${name}.${member}`);
        }
      }
    }
  });

  test('are deep, or point at themselves', () => {
    const ring = {};
    ring.ring = ring;
    let deep = [];
    for (let level = 0; level < 1e5; level += 1) deep = [deep];
    for (const value of [ring, deep]) {
      assert.throws(() => new Validator({ ...OPTIONS, claimEquals: { a: value } }), /nests deeper/);
      assert.throws(() => new KeySet(value === deep ? { keys: deep } : ring), ConfigError);
      assert.throws(() => cutoffs.apply({ rule: value }), ConfigError);
    }
    const claims = `{"a":${'['.repeat(1e4)}`;
    assert.throws(() => validator.validate(sign(claims), cutoffs, at), { code: 'claims_malformed' });
  });

  test('can be printed', () => {
    for (const made of [validator, cutoffs, accepted, ticket, rule, set]) {
      const { prototype, name } = made.constructor;
      inspect(prototype);
      for (const one of [made, Object.create(prototype)]) assert.match(inspect(one), new RegExp(`^${name} \\{`));
      assert.equal(JSON.stringify(made), made === rule ? rule.toJson() : '{}');
      assert.deepEqual(structuredClone(made), {});
    }
  });

  test('are longer than they are', () => {
    const endless = new Proxy(['x'], { get: (list, name) => (name === 'length' ? 1e9 : 'x') });
    const sparse = Object.assign([], { length: 4e9 });
    for (const value of [endless, sparse]) assert.throws(() => new Validator({ ...OPTIONS, issuer: value }), /100000 elements/);
    const forever = (function* () { for (;;) yield 1; })();
    assert.throws(() => affected(forever, rule), ConfigError);
  });

  test('are large', () => {
    assert.throws(() => validator.validate('a'.repeat(1e8), cutoffs), { code: 'token_too_large' });
    assert.throws(() => validator.validate('.'.repeat(1e7), cutoffs), { code: 'token_too_large' });
    assert.throws(() => cutoffs.loadJsonLines('x'.repeat(1e7)), ConfigError);
  });
});

test('no error shows a token, a secret or a claim', () => {
  const secret = 'hush-hush-hush-hush-hush-hush-hush';
  for (const call of [
    () => validator.validate(`${token}x`, cutoffs), () => new KeySet({ kty: 'oct', k: secret, [secret]: 1 }), () => Key.fromPem(secret),
    () => validator.validate(token, cutoffs, { now: secret }), () => validator.withKeys(Buffer.from(secret)), () => unverified(secret),
    () => accepted.require({ subject: secret }),
  ]) {
    assert.throws(call, (error) => {
      const shown = `${error.stack} ${JSON.stringify(error)} ${error.message}`.replaceAll(import.meta.url, '');
      return !shown.includes(secret) && !shown.includes(token) && !shown.includes(CLAIMS.sub);
    });
  }
});

test('the words are their own', () => {
  assert.equal(typeof ANY, 'symbol');
  assert.notEqual(NO_CUTOFFS, Symbol.for('lowwater.NO_CUTOFFS'));
});

test('bytes are as many as there are, whatever an array says of itself', () => {
  class Liar extends Uint8Array {
    get length() { return 32; }
    get byteLength() { return 32; }
  }
  const shadowed = Object.defineProperty(new Uint8Array([1, 2, 3]), 'length', { value: 32 });
  for (const short of [new Liar([1, 2, 3]), shadowed]) assert.throws(() => Key.fromSecret(short), { code: 'secret_too_short' });
  assert.equal(new KeySet(Key.fromSecret(new Liar(64).fill(7))).size, 1);
  const gone = new Uint8Array(64).fill(7);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assert.throws(() => Key.fromSecret(gone), { code: 'secret_empty' });
});
