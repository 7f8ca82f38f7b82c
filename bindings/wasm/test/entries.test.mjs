// The ways into the package: by name in Node, in a browser, with a module of one's own, and reading alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../scripts/serve.mjs';
import { launch } from './chromium.mjs';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.AAAA'; // {"sub":"u1"}, signed by nobody
const here = fileURLToPath(new URL('../', import.meta.url));

const module_ = (name) => new WebAssembly.Module(readFileSync(new URL(import.meta.resolve(`lowwater-wasm/${name}`))));
const calls = (name) => WebAssembly.Module.exports(module_(name)).map((one) => one.name);

test('in Node, by its name', async () => {
  const { unverified, version } = await import('lowwater-wasm');
  assert.equal(unverified(TOKEN).claims.sub, 'u1');
  assert.equal(version, JSON.parse(readFileSync(new URL('../package.json', import.meta.url))).version);
});

test('reading alone has a module of its own, without cryptography', async () => {
  const { Rejected, unverified } = await import('lowwater-wasm/unverified');
  assert.equal(unverified(TOKEN).claims.sub, 'u1');
  assert.throws(() => unverified('..'), (no) => no instanceof Rejected && no.code === 'header_malformed' && no.status === 401);
  assert.throws(() => unverified(5), { name: 'ConfigError', message: '`token` must be a string, not number' });
  assert.ok(calls('lowwater.wasm').includes('validate'));
  assert.equal(calls('unverified.wasm').some((name) => /valid|key|rule|cutoff/i.test(name) && name !== 'unverified'), false);
});

test('a host may bring the module itself, and nothing works before', () => {
  const code = `
    import { readFileSync } from 'node:fs';
    import { Cutoffs, init } from 'lowwater-wasm/init';
    let before = 'works';
    try { new Cutoffs(); } catch { before = 'fails'; }
    const bytes = readFileSync(new URL(import.meta.resolve('lowwater-wasm/lowwater.wasm')));
    init(new WebAssembly.Module(bytes));
    init(bytes);
    console.log(before, new Cutoffs().size);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
  assert.equal(stdout, 'fails 0\n', stderr);
});

/** Each way in, and the module that belongs to it. */
const ENTRIES = [['init', 'lowwater.wasm'], ['issuers/init', 'issuers.wasm'], ['unverified/init', 'unverified.wasm']];

test('each entry takes its own module, and no other', () => {
  for (const [entry] of ENTRIES) {
    for (const [other, name] of ENTRIES) {
      const code = `
        import { readFileSync } from 'node:fs';
        import { init, unverified } from 'lowwater-wasm/${entry}';
        const said = (call) => { try { return call(); } catch (error) { return error.message; } };
        console.log(said(() => init(readFileSync(new URL(import.meta.resolve('lowwater-wasm/${name}'))))));
        console.log(said(() => unverified('${TOKEN}').claims.sub));`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
      const wanted = entry === other
        ? 'undefined\nu1\n'
        : 'this is another module than the one that this package came with: load its own\nthe module is not there yet: call `init` with it first\n';
      assert.equal(stdout, wanted, `${entry}, ${name}: ${stderr}`);
    }
  }
});

test('in a browser, from whatever serves it', async (context) => {
  const { address, stop } = await serve(here);
  const browser = await launch();
  context.after(async () => {
    await browser.close();
    await stop();
  });
  const page = await browser.newPage();
  // A server may not know the type of the module.
  for (const type of ['application/wasm', 'application/octet-stream']) {
    await page.route('**/*.wasm', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-type': type } });
    });
    await page.goto(address);
    const read = await page.evaluate(async (token) => {
      const { Cutoffs, unverified } = await import('/dist/index.js');
      const alone = await import('/dist/unverified/index.js');
      const { StreamFreshness } = await import('/dist/issuers/index.js');
      return [new Cutoffs().size, unverified(token).claims.sub, alone.unverified(token).claims.sub, new StreamFreshness().needsResync];
    }, TOKEN);
    assert.deepEqual(read, [0, 'u1', 'u1', false], type);
    await page.unroute('**/*.wasm');
  }
  await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.goto(address);
  const said = await page.evaluate(() => import('/dist/index.js').then(() => 'loaded', (error) => error.message));
  assert.equal(said, 'lowwater.wasm did not come: the answer was 404');
});

test('a module of another version, or another module, is refused before it can mean something else', () => {
  const code = `
    import { readFileSync } from 'node:fs';
    import { Cutoffs, init } from 'lowwater-wasm/init';
    const read = (name) => readFileSync(new URL(import.meta.resolve(name)));
    const said = (call) => { try { return call(); } catch (error) { return error.message; } };
    console.log(said(() => new Cutoffs()));
    console.log(said(() => init(read('lowwater-wasm/unverified.wasm'))));
    const own = read('lowwater-wasm/lowwater.wasm');
    const old = Buffer.from(own);
    const version = JSON.parse(read('lowwater-wasm/package.json')).version;
    for (let at = old.indexOf(version); at >= 0; at = old.indexOf(version, at + 1)) old.write('9.9.9', at);
    console.log(said(() => init(old)));
    console.log(said(() => new Cutoffs()));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
  assert.deepEqual(stdout.split('\n').map((line) => line.slice(0, 36)), [
    'the module is not there yet: call `i', 'this is another module than the one ', 'the module is of version 9.9.9, and ', 'the module is of version 9.9.9, and ', '',
  ]);
});
