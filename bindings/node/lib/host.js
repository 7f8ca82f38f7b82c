'use strict';

/** What this package asks of where it runs, beside the language; the package for WebAssembly has its own. */
const { inspect, types } = require('node:util');
const { randomBytes } = require('node:crypto');

// The engine's own, whatever a program does to its copies.
const { isArgumentsObject, isDate, isKeyObject, isProxy, isSharedArrayBuffer, isUint8Array } = types;

module.exports = {
  inspect: inspect.custom, isArgumentsObject, isDate, isKeyObject, isProxy, isSharedArrayBuffer, isUint8Array, randomBytes,
};
