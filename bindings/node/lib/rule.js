'use strict';

const { inspect } = require('./host.js');
const { argument, owned, sealed } = require('./errors.js');
const { addon, native } = require('./calls.js');
const { ANY } = require('./sentinels.js');
const { built, names, spelled } = require('./names.js');
const { isObject, json, member, members, not, object, parsed, scalar, text, texts } = require('./convert.js');

const MADE = Symbol('made');

/** A time of a rule that is exact to the millisecond. No text can hold this: its quotes are escaped. */
const EXACT = /"(at|until|raw_at)":(\d+)\.(\d+)/g;

/** The same as text. A number of JavaScript does not know `1700000000.0`, a millisecond, from the second `1700000000`. */
function dated(_, name, seconds, fraction) {
  const millis = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0'));
  return `"${name}":"${new Date(millis).toISOString()}"`;
}

let handleOf;

const own = (value) => owned(handleOf(value), 'Rule');

class Rule {
  #handle;

  static {
    handleOf = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Rule', 'is made by issuedBefore, authenticatedBefore, revoked, suspended or fromJson');
    sealed(new.target, Rule);
    this.#handle = handle;
  }

  static issuedBefore(at, options) {
    return made(rule('issued_before', [['at', at]], given(options)));
  }

  static authenticatedBefore(at, options) {
    return made(rule('authenticated_before', [['at', at]], given(options)));
  }

  static revoked(until, options) {
    return made(rule('revoked', [['until', until]], given(options)));
  }

  static suspended(options) {
    return made(rule('suspended', [], given(options)));
  }

  static fromJson(json) {
    return made(native.ruleFromJson(text(json, 'json'), true));
  }

  toJson() {
    return native.ruleJson(own(this));
  }

  toObject() {
    return plain(own(this));
  }

  toJSON() {
    return plain(own(this));
  }

  get kind() {
    return native.ruleKind(own(this));
  }

  get id() {
    return native.ruleId(own(this)) ?? undefined;
  }

  get reason() {
    return native.ruleReason(own(this)) ?? undefined;
  }

  [inspect]() {
    return #handle in this ? `Rule { kind: '${this.kind}' }` : 'Rule {}';
  }
}

const plain = (handle) => parsed(native.ruleJson(handle).replace(EXACT, dated));

const made = (handle) => new Rule(MADE, handle);

/** What stands in a bag of options: those of the rule and its target. */
const given = (options) => members(options, 'options');

const STRINGS = ['issuer', 'subject', 'client', 'session', 'tokenId', 'keyId', 'confirmation', 'id', 'reason'];

/** A dimension, or what stands beside it, in JSON. */
function said(value, name) {
  if (STRINGS.includes(name)) return JSON.stringify(text(value, name));
  if (name === 'tenant' || name === 'device') return scalar(value, name);
  if (name === 'exceptSessions' || name === 'exceptTokenIds') return json(texts(value, name), name);
  return json(value, name);
}

/** The dimensions of a target and what stands beside them, in JSON. An issuer that is `ANY` is left out: that is how a
 *  rule says it. */
function inJson(members_) {
  return members_.flatMap(([name, value]) => {
    if (name === 'claims') {
      const claims = members(value, name);
      // Beside an issuer it would widen the rule to all of his tokens.
      if (claims.length === 0) throw argument(name, 'must name a claim');
      return claims.map(([claim, value]) => [`claim:${claim}`, scalar(value, name)]);
    }
    return name === 'issuer' && value === ANY ? [] : [[spelled(name), said(value, name)]];
  });
}

/** The rules that hold for a target, as the addon has them. */
function found(cutoffs, options) {
  const all = given(options);
  return built(names(all), native.cutoffsFind, cutoffs, object(inJson(all), 'options'));
}

/** The addon's rule of a kind, of what it says and of options. */
function rule(kind, says, given) {
  const whole = [['rule', JSON.stringify(kind)], ...says.map(([name, value]) => [name, member(value, name)])];
  const [named, except] = [[], []];
  for (const [name, value] of inJson(given)) {
    switch (name) {
      case 'on': case 'version': case 'skew_guard': case 'id': case 'reason': whole.push([name, value]); break;
      case 'except_sessions': except.push(['session', value]); break;
      case 'except_token_ids': except.push(['token_id', value]); break;
      default: named.push([name, value]);
    }
  }
  whole.push(['target', object(named, 'options')]);
  if (except.length > 0) whole.push(['except', object(except, 'options')]);
  return built(names(given), native.ruleFromJson, object(whole, 'options'), false);
}

/** Frees what the addon made for one call alone, where that is not left to the collector. */
const { release = () => {} } = addon;

function lent(made, use) {
  const came = use(made); // What failed is left to the collector.
  release(made);
  return came;
}

/** Uses the addon's rule of one as it came: a `Rule`, an object, or JSON text. */
function withRule(value, use) {
  const handle = handleOf(value);
  return handle === undefined ? lent(read(value), use) : use(handle);
}

/** The addon's rule of an object, or of JSON text. */
function read(value) {
  if (typeof value === 'string') return native.ruleFromJson(text(value, 'rule'), true);
  if (typeof value !== 'object' || value === null) throw not(value, 'rule', 'a Rule, an object or JSON text');
  const whole = members(value, 'rule').map(([name, value]) => [name, member(value, name)]);
  return native.ruleFromJson(object(whole, 'rule'), false);
}

module.exports = { Rule, found, given, lent, made, release, rule, withRule };
