// Measures time of the package for WebAssembly, in Node and in Chromium. One line of JSON is asked, one is answered
// (`harness/workers.py`). Both `scripts/setup` and a build of the package come before.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as lowwater from '../../bindings/wasm/dist/node.js';
import { serve } from '../../bindings/wasm/scripts/serve.mjs';
import { launch } from '../../bindings/wasm/test/chromium.mjs';

/** Makes a call ready to be measured; in the page too, so it knows nothing of this file. */
function ready({ Validator, NO_CUTOFFS }, { issuer, audience, algorithm, jwks, tokens: { accepted: [token] } }) {
  const validator = new Validator({ issuer, audience, algorithms: [algorithm], keys: jwks, memoBytes: 0 });
  validator.validate(token, NO_CUTOFFS);
  return (calls) => {
    const start = performance.now();
    for (let number = 0; number < calls; number += 1) validator.validate(token, NO_CUTOFFS);
    return (performance.now() - start) * 1e6;
  };
}

const { address, stop } = await serve(fileURLToPath(new URL('../../bindings/wasm', import.meta.url)));
const browser = await launch();
const page = await browser.newPage();
await page.goto(address);
await page.evaluate((code) => {
  globalThis.runs = new Map();
  globalThis.ready = new Function(`return ${code}`)();
}, ready.toString());

const runs = new Map();
const PLACES = {
  Node: {
    prepare: (id, fixture) => { runs.set(id, ready(lowwater, fixture)); },
    run: (id, calls) => runs.get(id)(calls),
  },
  Chromium: {
    prepare: (id, fixture) => page.evaluate(async ([id, fixture]) => {
      globalThis.runs.set(id, globalThis.ready(await import('/dist/index.js'), fixture));
    }, [id, fixture]),
    run: (id, calls) => page.evaluate(([id, calls]) => globalThis.runs.get(id)(calls), [id, calls]),
  },
};

const places = new Map();
for await (const line of createInterface(process.stdin)) {
  const { op, id, contestant, case: given, calls } = JSON.parse(line);
  let answer = {};
  if (op === 'prepare') {
    const { tokens, ...fixture } = JSON.parse(readFileSync(given.fixture, 'utf8'));
    places.set(id, PLACES[contestant]);
    // It throws where the token is refused.
    await PLACES[contestant].prepare(id, { ...fixture, tokens: { accepted: tokens.accepted } });
    answer = { accepted: 1, refused: 0 };
  } else if (op === 'run') answer = { nanos: await places.get(id).run(id, calls) };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
await stop();
