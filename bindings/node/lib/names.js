'use strict';

const { ConfigError, argument } = require('./errors.js');

/** The names that users type, as the core spells them. */
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** The core's names of members, constructors and methods that its texts name; claims and words are no names. */
const NAMES = new RegExp(`\\b(${[
  'token_type', 'max_lifetime', 'max_age', 'max_session', 'missing_exp', 'missing_iat', 'same_second',
  'missing_auth_time', 'claim_equals', 'tenant_claim', 'device_claim', 'max_token_bytes', 'allow_padding',
  'allow_short_secret', 'resource_metadata', 'token_id', 'key_id', 'skew_guard', 'from_secret', 'from_short_secret',
].join('|')})\\b`, 'g');

/** What the addon builds of options; what the core says of them, in the names of this language. */
function built(call, ...given) {
  try {
    return call(...given);
  } catch (error) {
    throw new ConfigError(error.message.replace(NAMES, camel), error.code);
  }
}

/** An option's name in the core's spelling. */
function spelled(name) {
  if (name.includes('_')) throw argument(name, 'is unknown: names are written in camelCase');
  return snake(name);
}

module.exports = { built, spelled };
