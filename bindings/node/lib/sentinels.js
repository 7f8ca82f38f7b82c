'use strict';

const { argument } = require('./errors.js');
const { native } = require('./calls.js');

/** What has to be said aloud: any issuer, any audience. */
const ANY = Symbol('lowwater.ANY');

/** What has to be said aloud: no rules. */
const NO_CUTOFFS = Symbol('lowwater.NO_CUTOFFS');

let noCutoffs;

/** The classes whose objects are rules; each tells the addon's object of one, or nothing. */
const kinds = [];

/** The addon's object of rules. */
function rulesOf(value) {
  for (const handleOf of kinds) {
    const handle = handleOf(value);
    if (handle !== undefined) return handle;
  }
  if (value === NO_CUTOFFS) return (noCutoffs ??= native.noCutoffs());
  throw argument('cutoffs', 'must be Cutoffs, an Index, or NO_CUTOFFS, said aloud');
}

module.exports = { ANY, NO_CUTOFFS, kinds, rulesOf };
