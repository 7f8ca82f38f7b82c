// `node bench/bench.mjs`: microseconds for one token, native and in WebAssembly, the median of rounds in which everyone has
// a turn. Needs both packages built (`scripts/node`, `scripts/wasm`).
import { spawn } from 'node:child_process';
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as wasm from 'lowwater-wasm';
import * as addon from '../../node/index.mjs';
import { serve } from '../scripts/serve.mjs';
import { launch } from '../test/chromium.mjs';

const [ROUNDS, TURN] = [15, 100]; // Milliseconds of a turn.
const [issuer, audience] = ['https://issuer.example/', 'https://api.example/'];
const now = Math.floor(Date.now() / 1000);
const CLAIMS = { iss: issuer, aud: audience, sub: 'auth0|507f1f77bcf86cd799439011', iat: now - 10, exp: now + 3600, scope: 'read:messages' };
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const SIGNERS = {
  HS256() {
    const secret = randomBytes(64);
    return { jwk: { kty: 'oct', k: secret.toString('base64url') }, sign: (message) => createHmac('sha256', secret).update(message).digest() };
  },
  ...Object.fromEntries(Object.entries({
    RS256: ['rsa', { modulusLength: 2048 }, 'sha256'], ES256: ['ec', { namedCurve: 'P-256' }, 'sha256'], EdDSA: ['ed25519', {}, null],
  }).map(([name, [kind, options, hash]]) => [name, () => {
    const { publicKey, privateKey } = generateKeyPairSync(kind, options);
    return { jwk: publicKey.export({ format: 'jwk' }), sign: (message) => sign(hash, Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' }) };
  }])),
};

/** Nanoseconds of one validation; in the page too, so it knows nothing of this file. */
function measure({ Validator, NO_CUTOFFS }, policy, jwks, token, count) {
  const validator = Validator.fromJson(policy, { keys: jwks });
  const start = performance.now();
  for (let number = 0; number < count; number += 1) validator.validate(token, NO_CUTOFFS);
  return ((performance.now() - start) * 1e6) / count;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const speed = spawn('cargo', ['run', '--quiet', '--release', '-p', 'lowwater', '--features', 'aws-lc-rs', '--example', 'speed'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface(speed.stdout)[Symbol.asyncIterator]();
const { address, stop } = await serve(fileURLToPath(new URL('..', import.meta.url)));
const browser = await launch();
const page = await browser.newPage();
await page.goto(address);
await page.evaluate((code) => { globalThis.measure = new Function(`return ${code}`)(); }, measure.toString());

const TURNS = {
  'the core, in Rust': async (policy, jwks, token, count) => {
    speed.stdin.write(`${[policy, jwks, token, now, count].join('\t')}\n`);
    return Number((await answers.next()).value);
  },
  'the addon, in Node': (...given) => measure(addon, ...given),
  'WebAssembly, in Node': (...given) => measure(wasm, ...given),
  'WebAssembly, in Chromium': (...given) => page.evaluate(async (given) => globalThis.measure(await import('/dist/index.js'), ...given), given),
};

const table = Object.fromEntries(Object.keys(TURNS).map((name) => [name, []]));
for (const [algorithm, signer] of Object.entries(SIGNERS)) {
  const { jwk, sign } = signer();
  const message = `${part({ alg: algorithm, typ: 'at+jwt' })}.${part(CLAIMS)}`;
  const token = `${message}.${Buffer.from(sign(message)).toString('base64url')}`;
  const given = [JSON.stringify({ issuer: [issuer], audience: [audience], algorithms: [algorithm] }), JSON.stringify({ keys: [jwk] }), token];
  const counts = {};
  for (const [name, turn] of Object.entries(TURNS)) counts[name] = Math.max(10, Math.round((TURN * 1e6) / (await turn(...given, 50))));
  const times = Object.fromEntries(Object.keys(TURNS).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, turn] of Object.entries(TURNS)) times[name].push(await turn(...given, counts[name]));
  }
  for (const [name, all] of Object.entries(times)) table[name].push((all.sort((a, b) => a - b)[ROUNDS >> 1] / 1000).toFixed(1));
}
await browser.close();
await stop();
speed.stdin.end();

const names = Object.keys(SIGNERS);
console.log(`${cpus()[0].model}, Node ${process.version}, ${browser.version()}, microseconds\n`);
console.log(`| | ${names.join(' | ')} |\n|---|${names.map(() => '---:|').join('')}`);
for (const [name, row] of Object.entries(table)) console.log(`| ${name} | ${row.join(' | ')} |`);
