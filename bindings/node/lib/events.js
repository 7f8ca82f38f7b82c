'use strict';

const { inspect } = require('./host.js');
const { MessageRefused, argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { instant, isObject, members, not, now, options, parsed, text, token } = require('./convert.js');
const { keysOf } = require('./keys.js');
const { answered, body, fromOptions, replyFrom, rulesFrom, withSet } = require('./message.js');

const MADE = Symbol('made');

let eventsHandle;
let receivedHandle;

const ownReceived = (value) => owned(receivedHandle(value), 'Received');

/** What a message says: made by a receiver. */
class Received {
  #handle;
  #said;

  static {
    receivedHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(made, handle) {
    if (made !== MADE) throw argument('Received', 'is made by push, receive and round');
    sealed(new.target, Received);
    const { rules, said, issuedAt, reply } = answered(native.eventsReceivedJson(handle));
    const all = parsed(said);
    const events = all.events.map(({ event, value, not_applied: notApplied }) => Object.freeze({ event, value, notApplied: Object.freeze(notApplied) }));
    this.#said = { all, events: Object.freeze(events), issuedAt, reply, rules: rulesFrom(rules) };
    this.#handle = handle;
  }

  get rules() {
    return ownReceived(this) && this.#said.rules;
  }

  get events() {
    return ownReceived(this) && this.#said.events;
  }

  get tokenId() {
    return ownReceived(this) && this.#said.all.token_id;
  }

  get isVerification() {
    return ownReceived(this) && Object.hasOwn(this.#said.all, 'verification');
  }

  get state() {
    return (ownReceived(this) && this.#said.all.verification) ?? undefined;
  }

  get stream() {
    return ownReceived(this) && this.#said.all.stream;
  }

  get issuedAt() {
    return ownReceived(this) && new Date(this.#said.issuedAt);
  }

  get reply() {
    return ownReceived(this) && this.#said.reply;
  }

  get wrongState() {
    return ownReceived(this) && replyFrom(native.eventsWrongStateJson());
  }

  [inspect]() {
    return #handle in this ? `Received { rules: ${this.rules.length} }` : 'Received {}';
  }
}

/** What came of a message: what it says, or why it was refused. */
const came = (answer) => (typeof answer === 'string' ? answered(answer) : new Received(MADE, answer));

/** The value of a `Content-Type` header, of any content; a request may have none. */
const contentType = (given) => (given === undefined || given === null ? '' : token(given, 'contentType'));

class EventReceiver {
  #handle;

  static {
    eventsHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor(given) {
    sealed(new.target, EventReceiver);
    this.#handle = fromOptions(members(given, 'options'), native.eventReceiverFromJson);
  }

  get issuer() {
    return native.eventReceiverIssuer(owned(eventsHandle(this), 'EventReceiver'));
  }

  push(type, given, keys, named) {
    return read(owned(eventsHandle(this), 'EventReceiver'), contentType(type), body(given), keys, named);
  }

  receive(given, keys, named) {
    return read(owned(eventsHandle(this), 'EventReceiver'), undefined, new TextEncoder().encode(token(given)), keys, named);
  }

  [inspect]() {
    return 'EventReceiver {}';
  }
}

/** What a message says, by keys that are there. */
function read(handle, type, content, keys, named) {
  const at = now(options(named, ['now']));
  const answer = came(withSet(keysOf(keys), (set) => native.eventsReceive(handle, type, content, set, at)).answer);
  if (answer instanceof MessageRefused) throw answer;
  return answer;
}

let streamHandle;

const ownStream = (value) => owned(streamHandle(value), 'StreamFreshness');

const date = (millis) => (typeof millis === 'number' ? new Date(millis) : undefined);

class StreamFreshness {
  #handle = native.streamFreshness();

  static {
    streamHandle = (value) => (isObject(value) && #handle in value ? value.#handle : undefined);
  }

  constructor() {
    sealed(new.target, StreamFreshness);
  }

  heard(received) {
    const [handle, message] = [ownStream(this), receivedHandle(received)];
    if (message === undefined) throw not(received, 'received', 'a Received');
    native.streamHeard(handle, message);
  }

  polled(asOf) {
    native.streamPolled(ownStream(this), instant(asOf, 'asOf'));
  }

  status(status, at) {
    native.streamStatus(ownStream(this), text(status, 'status'), instant(at, 'at'));
  }

  resynced(asOf) {
    native.streamResynced(ownStream(this), instant(asOf, 'asOf'));
  }

  get needsResync() {
    return native.streamNeedsResync(ownStream(this));
  }

  get asOf() {
    return date(native.streamAsOf(ownStream(this)));
  }

  [inspect]() {
    return 'StreamFreshness {}';
  }
}

module.exports = { EventReceiver, Received, StreamFreshness, came, contentType, date, eventsHandle };
