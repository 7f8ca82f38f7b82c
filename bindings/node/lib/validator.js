'use strict';

const { inspect } = require('./host.js');
const { Rejected, argument, owned, rejected, sealed } = require('./errors.js');
const { addon, mistake, native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { built, names, spelled } = require('./names.js');
const {
  array, count, deciding, isObject, member, members, needed, object, options, parsed, positive, span, text, token,
} = require('./convert.js');
const { keysOf, set, signed } = require('./keys.js');
const { make } = require('./accepted.js');

const MADE = Symbol('made');

/** A policy's options in JSON. One issuer or audience alone is a list of one. */
function policy(given) {
  return object(given.map(([name, value]) => {
    const any = name === 'issuer' || name === 'audience';
    if (any && (value === null || value === undefined)) throw argument(name, `cannot be ${value}: name what is accepted, or say ANY`);
    if (name === 'tokenType' && value === 'any') throw argument(name, 'cannot be "any": say ANY');
    return [spelled(name), member(any && typeof value === 'string' ? [value] : value, name)];
  }), 'options');
}

/** What is given beside the policy, by name, apart from the rest. */
function apart(given) {
  const beside = ['keys', 'memoBytes'];
  const named = Object.create(null); // What an object inherits is nobody's choice.
  for (const [name, value] of given) if (beside.includes(name)) named[name] = value;
  return [named, given.filter(([name]) => !beside.includes(name))];
}

/** Most bytes of the memo, where that is said. */
const memoBytes = (named) => (Object.hasOwn(named, 'memoBytes') ? count(named.memoBytes, 'memoBytes') : undefined);

/** What the addon answered for a token: accepted, or the rejection. */
function answered(answer, handle, text, now) {
  if (typeof answer === 'number') return make(answer, handle, text, now);
  const said = JSON.parse(answer);
  return Object.hasOwn(said, 'code') ? new Rejected(said) : make(said.number, handle, text, now, said);
}

let validatorHandle;

/** The validator that the addon made. */
const wrapped = (handle) => new Validator(MADE, handle);

const own = (value) => owned(validatorHandle(value), 'Validator');

class Validator {
  #handle;

  static {
    validatorHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(given, handle) {
    sealed(new.target, Validator);
    if (given === MADE) {
      this.#handle = handle;
      return;
    }
    const [beside, rest] = apart(members(given, 'options'));
    const memo = memoBytes(beside);
    this.#handle = built(names(rest), native.validatorFromJson, policy(rest), false, keysOf(beside.keys), memo);
  }

  static fromJson(given, named) {
    const json = text(given, 'policy');
    const beside = needed(named, ['keys', 'memoBytes']);
    const memo = memoBytes(beside);
    return new Validator(MADE, native.validatorFromJson(json, true, keysOf(beside.keys), memo));
  }

  validate(given, cutoffs, named) {
    const handle = own(this);
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    let now;
    let within;
    if (named !== undefined) [now, within] = deciding(named);
    let answer;
    try { // In place: a function around it, as the others have, would cost each request.
      now ??= addon.now();
      answer = addon.validate(handle, text, rules, now, within);
    } catch (error) {
      throw mistake(error);
    }
    if (typeof answer === 'number') return make(answer, handle, text, now);
    const decided = answered(answer, handle, text, now);
    if (decided instanceof Rejected) throw decided;
    return decided;
  }

  validateMany(given, cutoffs, named) {
    const handle = own(this);
    const tokens = array(given, 'tokens', 'an array of strings').map((one) => token(one, 'tokens'));
    const rules = rulesOf(cutoffs);
    const { threads, ...times } = { threads: 1, ...options(named, ['threads', 'now', 'freshWithin']) };
    const [now, within] = deciding(times);
    const answers = native.validateMany(handle, tokens, rules, now, within, positive(threads, 'threads'));
    return answers.map((answer, place) => answered(answer, handle, tokens[place], now));
  }

  explain(given, cutoffs, named) {
    const [handle, text, rules] = [own(this), token(given), rulesOf(cutoffs)];
    return parsed(native.explain(handle, text, rules, ...deciding(named)));
  }

  verify(given) {
    return signed(native.verify(own(this), token(given)));
  }

  bearer(header) {
    const found = native.bearer(own(this), header === null || header === undefined ? null : token(header, 'header'));
    if (typeof found === 'string') throw rejected(found);
    return found[0];
  }

  rulesUnavailable(retryAfter) {
    return rejected(native.rulesUnavailable(own(this), span(retryAfter, 'retryAfter')));
  }

  withKeys(keys) {
    return new Validator(MADE, built([], native.validatorWithKeys, own(this), keysOf(keys)));
  }

  get keys() {
    return set(native.validatorKeys(own(this)));
  }

  [inspect]() {
    return 'Validator {}';
  }
}

module.exports = { Validator, answered, memoBytes, policy, validatorHandle, wrapped };
