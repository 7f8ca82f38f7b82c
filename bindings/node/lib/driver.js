'use strict';

const { fetchHeaders, fetchOptions } = require('./host.js');
const { LowwaterError, argument } = require('./errors.js');
const { native } = require('./calls.js');
const { kind } = require('./convert.js');
const { release } = require('./rule.js');

/** So often a decision waits: each round that ends wakes all, also those of other issuers. */
const WAITS = 1000;

/** What fetches in place of `globalThis.fetch`, where that is said. */
function clientOf(given) {
  if (!Object.hasOwn(given, 'fetch')) return undefined;
  if (typeof given.fetch !== 'function') throw argument('fetch', `must be a function, not ${kind(given.fetch)}`);
  return given.fetch;
}

/** The body of a response, one byte more than `most` at most. */
async function read(response, most) {
  const chunks = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && length <= most) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  reader?.cancel().catch(() => {});
  const whole = new Uint8Array(length);
  chunks.reduce((place, chunk) => (whole.set(chunk, place), place + chunk.length), 0);
  return whole.subarray(0, most + 1);
}

/** Does what the addon says is to be fetched. It rejects where there is no answer, in time and of a form. */
async function fetched(client, due) {
  const { method, url, headers, body: content, maxBytes, timeout } = JSON.parse(native.fetchJson(due));
  const signal = AbortSignal.timeout(timeout);
  const given = {
    ...fetchOptions, method, headers: { ...fetchHeaders, ...Object.fromEntries(headers) }, body: content ?? undefined, redirect: 'manual', signal,
  };
  const answer = async () => {
    const response = await (client ?? globalThis.fetch)(url, given);
    // A browser tells no script where a redirect leads.
    if (response.type === 'opaqueredirect') throw new TypeError('a redirect without an address');
    return [response.status, [...response.headers].flat(), await read(response, maxBytes)];
  };
  // A client that knows no signal is not waited for either.
  const late = new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
  return Promise.race([answer(), late]);
}

/** Makes the requests of one source (`poll`, `answered`, `failed` are the addon's), and wakes who waits for them. */
class Driver {
  #source;
  #client;
  #arrived;

  constructor(source, client) {
    this.#source = source;
    this.#client = client;
    this.#await();
  }

  /** Asks until nothing better may come; throws what is an error. */
  async decide(ask) {
    for (let waits = 0; waits < WAITS; waits += 1) {
      const [answer, awaited] = ask();
      this.start();
      if (!awaited) return told(answer);
      await this.arrival;
    }
    return told(ask()[0]);
  }

  start() {
    const { poll } = this.#source;
    for (let due = poll(); due; due = poll()) this.#run(due);
  }

  /** Whom to wait for: the end of the next round. */
  #await() {
    this.arrival = new Promise((resolve) => { this.#arrived = resolve; });
  }

  async #run(first) {
    for (let due = first; due;) due = await this.#take(due);
    const arrived = this.#arrived;
    this.#await();
    arrived();
  }

  /** One fetch; gives what to fetch next. It never throws: whatever a client does, there was no answer then. */
  async #take(due) {
    try {
      return this.#source.answered(due, ...await fetched(this.#client, due));
    } catch {
      this.#source.failed(due);
      return undefined;
    } finally {
      release(due);
    }
  }
}

function told(answer) {
  if (answer instanceof LowwaterError) throw answer;
  return answer;
}

module.exports = { Driver, clientOf, fetched, told };
