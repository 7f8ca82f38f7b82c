'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const lowwater = require('../index.js');

test('both halves are one module', async () => {
  const { default: none, ...names } = await import('../index.mjs');
  assert.equal(none, undefined);
  assert.deepEqual(Object.keys(names).sort(), Object.keys(lowwater).sort());
  for (const [name, value] of Object.entries(lowwater)) assert.equal(names[name], value);
});

test('it is used with require', () => {
  const { Key, NO_CUTOFFS, Rejected, Validator } = lowwater;
  const validator = new Validator({
    issuer: 'i', audience: 'a', algorithms: ['HS256'], keys: Key.fromSecret(Buffer.alloc(32, 1)),
  });
  assert.throws(() => validator.validate('a.b.c', NO_CUTOFFS), Rejected);
});
