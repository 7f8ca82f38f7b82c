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
  'stale_after', 'expired_after', 'jwks_url', 'metadata_url', 'allow_loopback_http', 'fresh_for', 'stale_for', 'cool_down',
  'max_bytes', 'client_id', 'token_issuer', 'unknown_members', 'critical_subject_members', 'any_email_case', 'max_events',
  'long_poll', 'list_issuer', 'forget_after', 'max_lists', 'max_list_bytes', 'client_secret', 'signed_for', 'inactive_ttl', 'max_entries',
  'max_cache_bytes', 'max_pending',
].join('|')})\\b`, 'g');

/** What the addon builds of options, whose names are said as they were typed; what the core says of them, in the names
 *  of this language. */
const building = (spell) => (typed, call, ...given) => {
  try {
    return call(...given);
  } catch (error) {
    const quoted = (text, name) => text.replaceAll(JSON.stringify(snake(name)), () => JSON.stringify(name));
    throw new ConfigError(typed.reduce(quoted, spell(error.message.replace(NAMES, camel))), error.code);
  }
};

/** Of policies, rules, targets and keys. */
const built = building((said) => said.replaceAll('`any`', 'ANY').replace(/`claim:([^`]*)`/g, '`claims: { $1 }`'));

/** Of what is read beside tokens, where an identifier means `claim:NAME` here too. */
const configured = building((said) => said);

/** The names in a bag of options. */
const names = (members) => members.map(([name]) => name);

/** An option's name in the core's spelling. */
function spelled(name) {
  if (name.includes('_')) throw argument(name, 'is unknown: names are written in camelCase');
  return snake(name);
}

module.exports = { built, configured, names, spelled };
