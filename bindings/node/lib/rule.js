'use strict';

const { inspect } = require('node:util');
const { argument } = require('./errors.js');
const { native } = require('./native.js');
const { ANY } = require('./sentinels.js');
const { built, spelled } = require('./names.js');
const { json, member, members, not, object, parsed, text } = require('./convert.js');

const MADE = Symbol('made');

let handleOf;

class Rule {
  #handle;

  static {
    handleOf = (value) => (typeof value === 'object' && value !== null && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Rule', 'is made by issuedBefore, authenticatedBefore, revoked, suspended or fromJson');
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
    return native.ruleJson(this.#handle);
  }

  toObject() {
    return parsed(native.ruleJson(this.#handle));
  }

  get kind() {
    return native.ruleKind(this.#handle);
  }

  get id() {
    return native.ruleId(this.#handle) ?? undefined;
  }

  get reason() {
    return native.ruleReason(this.#handle) ?? undefined;
  }

  [inspect.custom]() {
    return #handle in this ? `Rule { kind: '${this.kind}' }` : 'Rule {}';
  }
}

const made = (handle) => new Rule(MADE, handle);

/** What stands in a bag of options: those of the rule and its target. */
const given = (options) => members(options, 'options');

/** The dimensions of a target and what stands beside them, in JSON. An issuer that is `ANY` is left out: that is how a
 *  rule says it. */
function inJson(members_) {
  return members_.flatMap(([name, value]) => {
    if (name === 'claims') {
      const claims = members(value, name);
      // Beside an issuer it would widen the rule to all of his tokens.
      if (claims.length === 0) throw argument(name, 'must name a claim');
      return claims.map(([claim, value]) => [`claim:${claim}`, json(value, name)]);
    }
    return name === 'issuer' && value === ANY ? [] : [[spelled(name), json(value, name)]];
  });
}

/** A target's JSON. */
const target = (options) => object(inJson(given(options)), 'options');

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
  return built(native.ruleFromJson, object(whole, 'options'), false);
}

/** The addon's rule of one as it came: a `Rule`, an object, or JSON text. */
function ruleOf(value) {
  const handle = handleOf(value);
  if (handle !== undefined) return handle;
  if (typeof value === 'string') return native.ruleFromJson(text(value, 'rule'), true);
  if (typeof value !== 'object' || value === null) throw not(value, 'rule', 'a Rule, an object or JSON text');
  const read = members(value, 'rule').map(([name, value]) => [name, member(value, name)]);
  return native.ruleFromJson(object(read, 'rule'), false);
}

module.exports = { Rule, given, made, rule, ruleOf, target };
