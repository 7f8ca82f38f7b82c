// Measures time. One line of JSON is asked, one is answered (`harness/workers.py`). With more than one thread it asks as many
// `worker_threads`, each with a validator of its own, for what they are made of is not shared between threads of Node.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { CONTESTANTS, revoked } from './contestants.mjs';

const now = () => process.hrtime.bigint();

class Ready {
  #decide; #tokens; #waits; #next = 0;

  static async of(contestant, { fixture: path, tokens }) {
    const fixture = JSON.parse(readFileSync(path, 'utf8'));
    const one = new Ready();
    one.#decide = await CONTESTANTS[contestant](fixture);
    one.#tokens = fixture.tokens[tokens];
    one.#waits = contestant === 'jose';
    return one;
  }

  async outcome() {
    const counts = { accepted: 0, refused: 0 };
    for (const token of this.#tokens.slice(0, 16)) {
      try {
        await this.#decide(token);
        counts.accepted += 1;
      } catch {
        counts.refused += 1;
      }
    }
    return counts;
  }

  /** The rotation goes on from one run to the next. */
  async run(calls) {
    return this.#waits ? this.#promised(calls) : this.#called(calls);
  }

  async each(calls) {
    const nanos = [];
    for (let number = 0; number < calls; number += 1) nanos.push(this.#waits ? await this.#promised(1) : this.#called(1));
    return nanos;
  }

  #token() {
    this.#next = this.#next + 1 < this.#tokens.length ? this.#next + 1 : 0;
    return this.#tokens[this.#next];
  }

  #called(calls) {
    const start = now();
    for (let number = 0; number < calls; number += 1) {
      try {
        this.#decide(this.#token());
      } catch { /* Refused: to catch it belongs to what it costs. */ }
    }
    return Number(now() - start);
  }

  async #promised(calls) {
    const start = now();
    for (let number = 0; number < calls; number += 1) {
      try {
        await this.#decide(this.#token());
      } catch { /* Refused. */ }
    }
    return Number(now() - start);
  }
}

/** Threads that do the same, at the same time; they take as long as the last of them. */
class Threads {
  #workers;

  static async of(contestant, given) {
    const one = new Threads();
    one.#workers = Array.from({ length: given.threads }, () => new Worker(new URL(import.meta.url), { workerData: { contestant, given } }));
    const counts = await one.#all();
    one.outcome = async () => counts[0];
    return one;
  }

  async #all() {
    return Promise.all(this.#workers.map((worker) => new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    })));
  }

  async run(calls) {
    const answers = this.#all();
    for (const worker of this.#workers) worker.postMessage(calls);
    return Math.max(...await answers);
  }

  async end() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function answer({ op, id, contestant, case: given, calls }, ready) {
  switch (op) {
    case 'prepare': {
      const one = await (given.threads > 1 ? Threads : Ready).of(contestant, given);
      ready.set(id, one);
      return one.outcome();
    }
    case 'run': return { nanos: await ready.get(id).run(calls) };
    case 'each': return { nanos: await ready.get(id).each(calls) };
    case 'forget':
      await ready.get(id).end?.();
      ready.delete(id);
      return {};
    case 'revoked': return revoked(JSON.parse(readFileSync(given.fixture, 'utf8')));
    default: throw new Error(op);
  }
}

if (isMainThread) {
  const ready = new Map();
  for await (const line of createInterface(process.stdin)) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line), ready))}\n`);
  }
} else {
  const one = await Ready.of(workerData.contestant, workerData.given);
  parentPort.on('message', async (calls) => parentPort.postMessage(await one.run(calls)));
  parentPort.postMessage(await one.outcome());
}
