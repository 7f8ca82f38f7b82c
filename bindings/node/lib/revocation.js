'use strict';

const { inspect } = require('./host.js');
const { argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { isObject, members, not, now, options, text } = require('./convert.js');
const { asked } = require('./accepted.js');
const { contentType } = require('./events.js');
const { body, fromOptions, replyFrom, rulesFrom, taken } = require('./message.js');

const MADE = Symbol('made');

/** What a request to revoke comes to. */
class Revocation {
  constructor(made, said) {
    if (made !== MADE) throw argument('Revocation', 'is made by receive, accessToken and grant');
    sealed(new.target, Revocation);
    this.rules = rulesFrom(said.rules);
    this.reply = said.reply;
    Object.freeze(this);
  }
}

const revocation = (json) => new Revocation(MADE, taken(json));

let own;
let said;

class GlobalRevocation {
  #handle;

  static {
    own = (value) => owned(isObject(value) && #handle in value ? value.#handle : undefined, 'GlobalRevocation');
  }

  constructor(given) {
    sealed(new.target, GlobalRevocation);
    this.#handle = fromOptions(members(given, 'options'), native.globalRevocationFromJson);
  }

  receive(type, given, named) {
    const handle = own(this);
    return revocation(native.globalRevocationReceive(handle, contentType(type), body(given), now(options(named, ['now']))));
  }

  get unknownUser() {
    return own(this) && replyFrom(native.globalRevocationUnknownUser());
  }

  [inspect]() {
    return 'GlobalRevocation {}';
  }
}

class RevocationRequest {
  #said;

  static {
    said = (value) => owned(isObject(value) && #said in value ? value.#said : undefined, 'RevocationRequest');
  }

  constructor(made, read) {
    if (made !== MADE) throw argument('RevocationRequest', 'is made by read');
    sealed(new.target, RevocationRequest);
    this.#said = read;
  }

  static read(type, given) {
    return new RevocationRequest(MADE, taken(native.revocationRequest(contentType(type), body(given))));
  }

  static accessToken(accepted, named) {
    const all = options(named, ['client']);
    const client = Object.hasOwn(all, 'client') ? text(all.client, 'client') : undefined;
    const revoked = asked(accepted, native.acceptedRevoke, client);
    if (revoked === undefined) throw not(accepted, 'accepted', 'an Accepted');
    return revocation(revoked);
  }

  static grant(issuer, subject, client, named) {
    const whose = [text(issuer, 'issuer'), text(subject, 'subject'), text(client, 'client')];
    return revocation(native.revocationGrant(...whose, now(options(named, ['now']))));
  }

  get token() {
    return said(this).token;
  }

  get hint() {
    return said(this).hint ?? undefined;
  }

  get reply() {
    return said(this).reply;
  }

  [inspect]() {
    return 'RevocationRequest {}';
  }
}

module.exports = { GlobalRevocation, Revocation, RevocationRequest };
