'use strict';

const { inspect } = require('./host.js');
const { MessageRefused, argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { isObject, members, now, options } = require('./convert.js');
const { keysOf } = require('./keys.js');
const { answered, body, fromOptions, rulesFrom, withSet } = require('./message.js');

const MADE = Symbol('made');

let receiverHandle;

/** What a logout token says: made by a receiver. */
class Logout {
  constructor(made, said) {
    if (made !== MADE) throw argument('Logout', 'is made by receive');
    sealed(new.target, Logout);
    this.rules = rulesFrom(said.rules);
    this.tokenId = said.tokenId;
    this.subject = said.subject ?? undefined;
    this.session = said.session ?? undefined;
    this.reply = said.reply;
    Object.freeze(this);
  }
}

/** What the addon said of a message: a logout, or why it was refused. */
function received(json) {
  const said = answered(json);
  return said instanceof MessageRefused ? said : new Logout(MADE, said);
}

class LogoutReceiver {
  #handle;

  static {
    receiverHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(given) {
    sealed(new.target, LogoutReceiver);
    this.#handle = fromOptions(members(given, 'options'), native.logoutReceiverFromJson);
  }

  get issuer() {
    return native.logoutReceiverIssuer(owned(receiverHandle(this), 'LogoutReceiver'));
  }

  receive(given, keys, named) {
    const handle = owned(receiverHandle(this), 'LogoutReceiver');
    const at = now(options(named, ['now']));
    const content = body(given);
    const answer = received(withSet(keysOf(keys), (set) => native.logoutReceive(handle, content, set, at)).answer);
    if (answer instanceof MessageRefused) throw answer;
    return answer;
  }

  [inspect]() {
    return 'LogoutReceiver {}';
  }
}

module.exports = { Logout, LogoutReceiver, received, receiverHandle };
