'use strict';

const { rejected } = require('./errors.js');
const { native } = require('./calls.js');
const { parsed, token } = require('./convert.js');

/** What a token says, unproven. */
function unverified(given) {
  const read = native.unverified(token(given));
  if (typeof read === 'string') throw rejected(read);
  const [header, claims] = read;
  return { header: parsed(header), claims: parsed(claims) };
}

module.exports = { unverified };
