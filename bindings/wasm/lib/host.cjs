'use strict';

// What the package asks of where it runs, beside the language: a browser, a worker, Node, another host.

const { version } = require('../package.json');

// Node's own, where this is Node: it knows proxies and has a class of keys.
const node = globalThis.process?.getBuiltinModule?.('node:util')?.types;

const call = Function.prototype.call;
const tagOf = call.bind(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get);
const timeOf = call.bind(Date.prototype.getTime);
const stringOf = call.bind(Object.prototype.toString);
const shared = globalThis.SharedArrayBuffer;
const sizeOf = shared && call.bind(Object.getOwnPropertyDescriptor(shared.prototype, 'byteLength').get);

/** Does it answer? What a method of the language refuses is no object of its class. */
function answers(method, value) {
  try {
    method(value);
    return true;
  } catch {
    return false;
  }
}

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Typed arrays have a tag that nobody can give to another object. */
const isUint8Array = (value) => tagOf(value) === 'Uint8Array';
const isDate = (value) => answers(timeOf, value);
const isSharedArrayBuffer = (value) => shared !== undefined && answers(sizeOf, value);
const isArgumentsObject = node?.isArgumentsObject ?? ((value) => stringOf(value) === '[object Arguments]');

/** No browser tells; what a Proxy answers is then taken as what it is. */
const isProxy = node?.isProxy ?? (() => false);
const isKeyObject = node?.isKeyObject ?? (() => false);

/** What a request says of itself. A browser lets no page say it: there it would ask a server of another origin for leave. */
const fetchHeaders = node === undefined ? {} : { 'User-Agent': `lowwater-wasm/${version}`, 'Accept-Encoding': 'identity' };

/** Without cookies, and no answer of a cache; where there are none, a host may refuse a request that says so. */
const fetchOptions = Object.fromEntries(
  [['credentials', 'omit'], ['cache', 'no-store']].filter(([name]) => name in (globalThis.Request?.prototype ?? {})),
);

const randomBytes = (count) => globalThis.crypto.getRandomValues(new Uint8Array(count));

module.exports = {
  fetchHeaders, fetchOptions, inspect, isArgumentsObject, isDate, isKeyObject, isProxy, isSharedArrayBuffer, isUint8Array, randomBytes,
};
