'use strict';

/** What this package asks of where it runs, beside the language; the package for WebAssembly has its own. */
const { inspect, types } = require('node:util');
const { randomBytes } = require('node:crypto');
const { version } = require('../package.json');

// The engine's own, whatever a program does to its copies.
const { isArgumentsObject, isDate, isKeyObject, isProxy, isSharedArrayBuffer, isUint8Array } = types;

/** What a request for keys says of itself; the package has no answers unpacked, which could make much of little. */
const fetchHeaders = { 'User-Agent': `lowwater/${version}`, 'Accept-Encoding': 'identity' };

/** Without cookies, and no answer of a cache. */
const fetchOptions = { credentials: 'omit', cache: 'no-store' };

module.exports = {
  fetchHeaders, fetchOptions, inspect: inspect.custom, isArgumentsObject, isDate, isKeyObject, isProxy, isSharedArrayBuffer, isUint8Array, randomBytes,
};
