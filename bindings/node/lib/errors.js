'use strict';

/** The base of both errors: what this package throws, it throws as one of these. */
class LowwaterError extends Error {}

/** A mistake of the operator or the programmer: a policy, a key, a rule, an argument. */
class ConfigError extends LowwaterError {
  constructor(message, code = 'argument_invalid') {
    super(message);
    this.code = code;
  }
}

/** A token, or what its bearer asks for, is refused. */
class Rejected extends LowwaterError {
  constructor(no) {
    if (typeof no !== 'object' || no === null) throw new TypeError('Rejected is made by this package alone: see rulesUnavailable');
    super(no.message);
    this.code = no.code;
    this.stage = no.stage;
    this.remedy = no.remedy;
    this.status = no.status;
    this.headers = no.headers;
    this.waitUntil = no.wait_until === null ? undefined : new Date(Math.round(no.wait_until * 1000));
  }

  toJSON() {
    const { code, stage, remedy, message, status, headers, waitUntil } = this;
    return { code, stage, remedy, message, status, headers, waitUntil };
  }
}

/** A message beside tokens (a logout, an event, a request to revoke, a status list) was not taken. */
class MessageRefused extends LowwaterError {
  constructor(no) {
    if (typeof no !== 'object' || no === null) throw new TypeError('MessageRefused is made by this package alone');
    super(no.message);
    this.code = no.code;
    this.reply = no.reply ?? undefined;
  }
}

/** The keys of an issuer could not be fetched. */
class KeysUnavailable extends LowwaterError {}

// A bundler may call the classes by other names.
for (const [name, error] of Object.entries({ LowwaterError, ConfigError, KeysUnavailable, MessageRefused, Rejected })) {
  Object.defineProperty(error.prototype, 'name', { value: name, writable: true, configurable: true });
}

/** A mistake in an argument: its name, and what it must be. */
const argument = (name, expected) => new ConfigError(`\`${name}\` ${expected}`);

/** Nobody but this package makes a class whose objects the addon's hang on: its constructor could hand on what it got. */
function sealed(target, own) {
  if (target !== own) throw argument(own.name, 'cannot be extended');
}

/** What the addon has of an object that a method was called on. */
function owned(handle, name) {
  if (handle === undefined) throw new TypeError(`called on something that is no ${name}`);
  return handle;
}

/** The rejection that the core wrote as JSON. */
const rejected = (json) => new Rejected(JSON.parse(json));

module.exports = {
  ConfigError, KeysUnavailable, LowwaterError, MessageRefused, Rejected, argument, owned, rejected, sealed,
};
