'use strict';

const { argument } = require('./errors.js');
const { isArgumentsObject, isDate, isProxy, isSharedArrayBuffer, isUint8Array } = require('./host.js');
const { native } = require('./calls.js');
const { ANY } = require('./sentinels.js');

// The language's own, whatever a program does to its copies.
const timeOf = Function.prototype.call.bind(Date.prototype.getTime);
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const getter = (name) => Function.prototype.call.bind(Object.getOwnPropertyDescriptor(typedArray, name).get);
const [bufferOf, offsetOf, lengthOf] = ['buffer', 'byteOffset', 'length'].map(getter);

const isObject = (value) => typeof value === 'object' && value !== null;

/** Is it an array? What cannot tell, a Proxy that was revoked, is none. */
function isArray(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** The core reads 32 levels of JSON; what nests deeper, itself included, is no configuration. */
const MOST_LEVELS = 32;

/** An array says itself how long it is; no configuration is longer than this. */
const MOST_ELEMENTS = 100_000;

/** What a value is, for messages: never the value. */
function kind(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object' || isProxy(value)) return typeof value;
  if (isArray(value)) return 'array';
  if (isUint8Array(value)) return 'bytes';
  return isDate(value) ? 'Date' : 'object';
}

const not = (value, name, expected) => argument(name, `must be ${expected}, not ${kind(value)}`);

/** A string that UTF-8 can hold. */
function text(value, name) {
  if (typeof value !== 'string') throw not(value, name, 'a string');
  if (!value.isWellFormed()) throw argument(name, 'holds a lone surrogate, which no UTF-8 text has');
  return value;
}

/** A token, or a header that has one: a string of any content. A lone surrogate becomes a character that no token has. */
function token(value, name = 'token') {
  if (typeof value !== 'string') throw not(value, name, 'a string');
  return value;
}

function flag(value, name) {
  if (typeof value !== 'boolean') throw not(value, name, 'a boolean');
  return value;
}

function count(value, name) {
  if (!Number.isSafeInteger(value) || value < 0) throw argument(name, 'must be an integer of 0 or more');
  return value;
}

function positive(value, name) {
  if (!Number.isSafeInteger(value) || value < 1) throw argument(name, 'must be an integer of 1 or more');
  return value;
}

/** The elements of an array, each read once. One string alone is refused: it would be read letter by letter. */
function array(value, name, expected) {
  if (!isArray(value)) throw not(value, name, expected);
  const length = reading(name, () => value.length);
  if (!Number.isSafeInteger(length) || length < 0) throw argument(name, 'cannot be read: it does not say how long it is');
  if (length > MOST_ELEMENTS) throw argument(name, `has more than ${MOST_ELEMENTS} elements`);
  return reading(name, () => Array.from({ length }, (_, place) => value[place]));
}

const texts = (value, name) => array(value, name, 'an array of strings').map((one) => text(one, name));

/** What a program's own code throws while it is read (a getter, a Proxy) is a mistake in that argument. */
function reading(name, read) {
  try {
    return read();
  } catch (cause) {
    const mistake = argument(name, 'cannot be read');
    mistake.cause = cause;
    throw mistake;
  }
}

/** Bytes, in an array that says of itself what is so: one of a class could lie about its length. Those that another thread
 *  could write to are copied. */
function bytes(value, name, expected = 'a Uint8Array') {
  if (!isUint8Array(value)) throw not(value, name, expected);
  const [buffer, length] = [bufferOf(value), lengthOf(value)];
  if (length === 0) return new Uint8Array(0); // Also of a buffer that was given away, which has no bytes any more.
  const plain = new Uint8Array(buffer, offsetOf(value), length);
  return isSharedArrayBuffer(buffer) ? new Uint8Array(plain) : plain;
}

/** What an object inherits is nobody's choice: is there nothing, or what all objects of a realm inherit? */
function isRoot(prototype) {
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && ['hasOwnProperty', 'isPrototypeOf'].every((name) => {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    return own !== undefined && !own.enumerable && typeof own.value === 'function';
  });
}

/** An object that no class made: what a class holds may lie where nobody looks. */
function isPlain(value) {
  if (!isObject(value) || isArray(value) || isDate(value) || isArgumentsObject(value) || Symbol.toStringTag in value) return false;
  return isRoot(Object.getPrototypeOf(value));
}

/** An object's own members, as [name, value], each read once. */
function members(value, name) {
  if (!reading(name, () => isPlain(value))) {
    throw kind(value) === 'object' ? argument(name, 'cannot be an object of a class: give a plain one') : not(value, name, 'a plain object');
  }
  const hidden = [];
  const all = reading(name, () => Reflect.ownKeys(value).map((key) => {
    if (typeof key === 'symbol' || !Object.getOwnPropertyDescriptor(value, key)?.enumerable) hidden.push(key);
    return [key, value[key]];
  }));
  if (hidden.length > 0) throw argument(name, 'has members that do not show: symbols, or some that are not enumerable');
  return all;
}

/** The members of a bag of options that may be left out, by name; others than the known are refused. */
const options = (value, known) => (value === undefined ? Object.create(null) : needed(value, known));

/** The same of a bag that must be there. */
function needed(value, known, name = 'options') {
  const given = Object.create(null);
  for (const [key, member] of members(value, name)) {
    if (!known.includes(key)) throw argument(key, `is unknown here: ${known.join(', ')} can be given`);
    given[key] = member;
  }
  return given;
}

/** The digits of a number of seconds: integral ones have no point. */
function digits(value, name) {
  if (typeof value === 'bigint') return String(value);
  if (!Number.isFinite(value)) throw argument(name, 'must be a finite number');
  return Object.is(value, -0) ? '0' : String(value);
}

function dateMillis(value, name) {
  const millis = timeOf(value);
  if (Number.isNaN(millis)) throw argument(name, 'is an invalid Date');
  return millis;
}

/** The digits of a Date's seconds, exact to the millisecond. */
function dateDigits(value, name) {
  const millis = dateMillis(value, name);
  const [sign, all] = millis < 0 ? ['-', -millis] : ['', millis];
  return `${sign}${Math.floor(all / 1000)}.${String(all % 1000).padStart(3, '0')}`;
}

const isNumber = (value) => typeof value === 'number' || typeof value === 'bigint';

/** A clock may stand a year after the end of what tokens can say. Milliseconds for seconds lie far beyond. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59) + 366 * 86_400_000;

/** Milliseconds since 1970 of an instant: a Date as it is, or seconds. */
function instant(value, name) {
  if (isDate(value)) {
    const millis = dateMillis(value, name);
    if (millis < 0 || millis > LATEST) throw argument(name, 'must not lie before 1970, nor more than a year after 9999');
    return millis;
  }
  if (!isNumber(value)) throw not(value, name, 'a Date, or seconds since 1970');
  const millis = native.millisOf(digits(value, name));
  if (typeof millis !== 'number' || millis > LATEST) {
    throw argument(name, 'must be seconds since 1970, none of them negative, and no milliseconds');
  }
  return millis;
}

/** An option that is off where it is left out. */
const switched = (given, name) => Object.hasOwn(given, name) && flag(given[name], name);

/** Milliseconds of a span of seconds. */
function span(value, name) {
  if (!isNumber(value)) throw not(value, name, 'a number of seconds');
  const millis = native.millisOf(digits(value, name));
  if (typeof millis !== 'number') throw argument(name, 'must be 0 seconds or more, and fewer than 10^14');
  return millis;
}

/** A call's `now`: the clock's where it is left out. */
const now = (given) => (Object.hasOwn(given, 'now') ? instant(given.now, 'now') : native.now());

/** A member of a policy or a rule as JSON. Which of them are times, and which may be `ANY`, is said here: a span that is
 *  taken for a time is a rule of 1970, which refuses nobody. */
function member(value, name) {
  if (isDate(value) && (name === 'at' || name === 'until')) return dateDigits(value, name);
  if (value === ANY && (name === 'issuer' || name === 'audience' || name === 'tokenType')) return '"any"';
  return json(value, name);
}

/** The time of a decision, and how old its rules may be where that is said. */
function deciding(given) {
  const named = options(given, ['now', 'freshWithin']);
  return [now(named), Object.hasOwn(named, 'freshWithin') ? span(named.freshWithin, 'freshWithin') : undefined];
}

/** Any value as JSON. */
function json(value, name, level = 0) {
  if (level > MOST_LEVELS) throw argument(name, 'nests deeper than 32 levels');
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean': return String(value);
    case 'string': return JSON.stringify(text(value, name));
    case 'number': case 'bigint': return digits(value, name);
    case 'object': break;
    default: throw argument(name, `cannot be ${kind(value)}`);
  }
  if (isDate(value)) throw argument(name, `cannot be ${kind(value)}`);
  if (isArray(value)) {
    return `[${array(value, name, 'an array').map((one) => json(one, name, level + 1)).join()}]`;
  }
  return object(members(value, name).map(([key, member]) => [key, json(member, name, level + 1)]), name);
}

/** What a claim can be compared with, as JSON. */
function scalar(value, name) {
  if (!['string', 'boolean', 'number', 'bigint'].includes(typeof value)) throw not(value, name, 'a string, an integer or a boolean');
  return json(value, name);
}

/** A JSON object of names and the JSON of values. */
function object(members, name) {
  return `{${members.map(([key, json]) => `${JSON.stringify(text(key, name))}:${json}`).join()}}`;
}

/** JSON that the core read or wrote, in objects that have data alone: no prototype, `__proto__` a member. */
function parsed(json) {
  const value = JSON.parse(json);
  bare(value);
  return value;
}

function bare(value) {
  if (typeof value !== 'object' || value === null) return;
  if (isArray(value)) {
    for (let place = 0; place < value.length; place += 1) bare(value[place]);
    return;
  }
  Object.setPrototypeOf(value, null);
  for (const name in value) bare(value[name]);
}

module.exports = {
  array, bytes, count, deciding, instant, isArray, isObject, isPlain, json, kind, member, members, needed, not, now, object, options,
  parsed, positive, reading, scalar, span, switched, text, texts, token,
};
