'use strict';

const { inspect } = require('./host.js');
const { Rejected, argument, owned, rejected, sealed } = require('./errors.js');
const { addon, mistake, native } = require('./calls.js');
const { rulesOf } = require('./sentinels.js');
const { built, names, spelled } = require('./names.js');
const { deciding, isObject, member, members, needed, object, parsed, span, text, token } = require('./convert.js');
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

/** What is given as `keys`, apart from the rest. */
function apart(given) {
  const rest = given.filter(([name]) => name !== 'keys');
  const found = given.find(([name]) => name === 'keys');
  return [found?.[1], rest];
}

let validatorHandle;

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
    const [keys, rest] = apart(members(given, 'options'));
    this.#handle = built(names(rest), native.validatorFromJson, policy(rest), false, keysOf(keys));
  }

  static fromJson(given, named) {
    const json = text(given, 'policy');
    const { keys } = needed(named, ['keys']);
    return new Validator(MADE, native.validatorFromJson(json, true, keysOf(keys)));
  }

  validate(given, cutoffs, options) {
    const handle = own(this);
    const [text, rules] = [token(given), rulesOf(cutoffs)];
    let now;
    let within;
    if (options !== undefined) [now, within] = deciding(options);
    let answer;
    try { // In place: a function around it, as the others have, would cost each request.
      now ??= addon.now();
      answer = addon.validate(handle, text, rules, now, within);
    } catch (error) {
      throw mistake(error);
    }
    if (typeof answer === 'number') return make(answer, handle, text, now);
    const said = JSON.parse(answer);
    if (Object.hasOwn(said, 'code')) throw new Rejected(said);
    return make(said.number, handle, text, now, said);
  }

  explain(given, cutoffs, options) {
    const [handle, text, rules] = [own(this), token(given), rulesOf(cutoffs)];
    return parsed(native.explain(handle, text, rules, ...deciding(options)));
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

module.exports = { Validator, validatorHandle };
