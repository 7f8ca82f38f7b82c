'use strict';

const { inspect } = require('./host.js');
const { MessageRefused, argument, owned, sealed } = require('./errors.js');
const { native } = require('./calls.js');
const { isObject, members, not } = require('./convert.js');
const { clientOf, fetched } = require('./driver.js');
const { came, date, eventsHandle } = require('./events.js');
const { reading } = require('./issuer.js');
const { fromOptions } = require('./message.js');
const { release } = require('./rule.js');

let own;

class EventPoll {
  #handle;
  #reading;
  #receiver;
  #client;
  #isGoing = false;

  static {
    own = (value) => owned(isObject(value) && #handle in value ? value.#handle : undefined, 'EventPoll');
  }

  constructor(validator, receiver, given) {
    sealed(new.target, EventPoll);
    this.#reading = reading(validator);
    if (this.#reading === undefined) throw not(validator, 'validator', 'an IssuerValidator');
    this.#receiver = eventsHandle(receiver);
    if (this.#receiver === undefined) throw not(receiver, 'receiver', 'an EventReceiver');
    const sources = JSON.parse(native.issuersFaults(this.#reading.issuers));
    if (!sources.some(({ issuer }) => issuer === receiver.issuer)) {
      // Every event would be refused to its transmitter, which sends it no more.
      throw argument('validator', "must fetch the keys of the receiver's issuer");
    }
    const all = members(given, 'options');
    const beside = Object.fromEntries(all.filter(([name]) => name === 'fetch'));
    this.#client = clientOf(beside);
    this.#handle = fromOptions(all.filter(([name]) => name !== 'fetch'), native.eventPollFromJson);
  }

  async round(take) {
    const handle = own(this);
    if (typeof take !== 'function') throw not(take, 'take', 'a function');
    if (!this.#isGoing) await this.#go(take);
    return native.eventPollWait(handle);
  }

  get asOf() {
    return date(native.eventPollAsOf(own(this)));
  }

  get refused() {
    return new Map(JSON.parse(native.eventPollRefused(own(this))));
  }

  get fault() {
    return native.eventPollFault(own(this)) ?? undefined;
  }

  async #go(take) {
    this.#isGoing = true;
    const thrown = [];
    try {
      for (const [tokenId, token] of await this.#fetch()) {
        const received = await this.#read(tokenId, token);
        if (received instanceof MessageRefused) continue;
        try {
          await take(received);
          native.eventPollKept(this.#handle, tokenId);
        } catch (error) { // It comes again; the others are not kept waiting for that.
          thrown.push(error);
        }
      }
    } finally {
      this.#isGoing = false;
    }
    if (thrown.length > 0) throw thrown[0];
  }

  /** The tokens that came, each with its name: none where nothing is due, or there is no answer. */
  async #fetch() {
    const due = native.eventPollPoll(this.#handle);
    if (!due) return [];
    try {
      return JSON.parse(native.eventPollAnswered(this.#handle, due, ...await fetched(this.#client, due)));
    } catch {
      native.eventPollFailed(this.#handle, due);
      return [];
    } finally {
      release(due);
    }
  }

  /** What a token says; waits for keys where it has to. What is refused is told to the transmitter by the addon. */
  #read(tokenId, token) {
    const { issuers, decide } = this.#reading;
    return decide(() => {
      const { answer, awaited } = native.eventPollRead(this.#handle, this.#receiver, issuers, tokenId, token);
      return [came(answer), awaited];
    }).catch(refused);
  }

  [inspect]() {
    return 'EventPoll {}';
  }
}

function refused(error) {
  if (!(error instanceof MessageRefused)) throw error;
  return error;
}

module.exports = { EventPoll };
