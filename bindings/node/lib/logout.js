'use strict';

const { inspect } = require('./host.js');
const { MessageRefused, argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { built, names, spelled } = require('./names.js');
const { bytes, isObject, json, members, now, object, options, text } = require('./convert.js');
const { keysOf } = require('./keys.js');
const { Rule } = require('./rule.js');

const MADE = Symbol('made');

let receiverHandle;

/** What a logout token says: made by a receiver. */
class Logout {
  constructor(made, said) {
    if (made !== MADE) throw argument('Logout', 'is made by receive');
    sealed(new.target, Logout);
    this.rules = said.rules.map((rule) => Rule.fromJson(rule));
    this.tokenId = said.tokenId;
    this.subject = said.subject ?? undefined;
    this.session = said.session ?? undefined;
    this.reply = said.reply;
    Object.freeze(this);
  }
}

/** What the addon said of a message: a logout, or why it was refused. */
function received(answer) {
  const said = JSON.parse(answer);
  said.reply = Object.freeze({ ...said.reply, headers: Object.fromEntries(said.reply.headers) });
  return Object.hasOwn(said, 'code') ? new MessageRefused(said) : new Logout(MADE, said);
}

/** The body of a request: bytes, or text. */
const body = (given) => (typeof given === 'string' ? new TextEncoder().encode(text(given, 'body')) : bytes(given, 'body', 'a string or a Uint8Array'));

class LogoutReceiver {
  #handle;

  static {
    receiverHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(given) {
    sealed(new.target, LogoutReceiver);
    const all = members(given, 'options');
    const config = object(all.map(([name, value]) => [spelled(name), json(value, name)]), 'options');
    this.#handle = built(names(all), native.logoutReceiverFromJson, config);
  }

  get issuer() {
    return native.logoutReceiverIssuer(owned(receiverHandle(this), 'LogoutReceiver'));
  }

  receive(given, keys, named) {
    const handle = owned(receiverHandle(this), 'LogoutReceiver');
    const at = now(options(named, ['now']));
    const answer = received(native.logoutReceive(handle, body(given), native.keySet(keysOf(keys), false), at).answer);
    if (answer instanceof MessageRefused) throw answer;
    return answer;
  }

  [inspect]() {
    return 'LogoutReceiver {}';
  }
}

module.exports = { Logout, LogoutReceiver, body, received, receiverHandle };
