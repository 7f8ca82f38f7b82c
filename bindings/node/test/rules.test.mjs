// Rules as objects: what they say must survive the way through JavaScript's numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cutoffs, Rule, Validator } from '../index.mjs';
import { CLAIMS, NOW, OPTIONS, sign } from './tokens.mjs';

/** The same rule, or not: what a set that holds one says to the other. */
function same(rule, other, now) {
  const cutoffs = new Cutoffs();
  cutoffs.apply(rule, { now });
  assert.equal(cutoffs.apply(other, { now }), 'already_held');
  assert.equal(cutoffs.list()[0].toJson(), (() => {
    const alone = new Cutoffs();
    alone.apply(other, { now });
    return alone.list()[0].toJson();
  })());
}

test('two thousand milliseconds, as objects and as JSON', () => {
  for (let millis = 0; millis < 2000; millis += 1) {
    const at = new Date(NOW * 1000 + millis);
    for (const rule of [Rule.issuedBefore(at, { subject: 'u' }), Rule.revoked(at, { session: '"at":1.5' })]) {
      const { at: cut, until } = rule.toObject();
      const whole = cut === undefined && millis % 1000 === 0; // An end has no precision to lose.
      assert.equal(cut ?? until, whole ? NOW + millis / 1000 : at.toISOString());
      same(rule, rule.toObject(), NOW);
      same(rule, JSON.parse(JSON.stringify(rule)), NOW);
    }
  }
});

test('whole seconds, words and names are as they were', () => {
  assert.equal(Rule.issuedBefore(NOW, { subject: 'u' }).toObject().at, NOW);
  assert.equal(Rule.revoked('never', { session: 's' }).toObject().until, 'never');
  const text = '{"rule":"issued_before","target":{"claim:at":"\\"at\\":5.0","subject":"\\"until\\":5.5"},"at":5.0,"reason":"\\"at\\":1.5"}';
  const read = Rule.fromJson(text).toObject();
  assert.deepEqual({ ...read.target }, { 'claim:at': '"at":5.0', subject: '"until":5.5' });
  assert.deepEqual([read.at, read.reason], ['1970-01-01T00:00:05.000Z', '"at":1.5']);
});

test('a rule that was brought down says from where', () => {
  const cutoffs = new Cutoffs();
  cutoffs.issuedBefore(new Date((NOW + 500) * 1000 + 5), { subject: 'u', now: NOW });
  const { at, raw_at: raw } = cutoffs.list()[0].toObject();
  assert.deepEqual([at, raw], [new Date((NOW + 60) * 1000).toISOString(), new Date((NOW + 500) * 1000 + 5).toISOString()]);
});

test('rules show themselves', () => {
  const cutoffs = new Cutoffs();
  cutoffs.revoked('never', { session: 's', id: 'r' });
  assert.equal(JSON.stringify(cutoffs.list()), '[{"rule":"revoked","target":{"session":"s"},"until":"never","id":"r"}]');
});

test('an explanation shows targets as objects', () => {
  const cutoffs = new Cutoffs();
  cutoffs.issuedBefore(NOW, { subject: CLAIMS.sub, now: NOW });
  const [{ target }] = new Validator(OPTIONS).explain(sign(), cutoffs, { now: NOW }).rules;
  assert.deepEqual({ ...target }, { subject: CLAIMS.sub });
});
