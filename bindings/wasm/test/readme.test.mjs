// What the README shows runs, and says what it says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../', import.meta.url));
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [use, host, beside, read] = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

function run(code) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: here, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('a validation', () => {
  assert.match(run(use), /^401 token_malformed \{ 'WWW-Authenticate': 'Bearer error="invalid_token"' \}\n$/);
});

test('a module that the host brings', () => {
  const [imported, rest] = [/^import module from '(.*)';$/m, host.replace(/^import module .*$/m, '')];
  const [, name] = host.match(imported);
  const given = `import { readFileSync } from 'node:fs';\nconst module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('${name}'))));\n`;
  assert.equal(run(`${given}${rest}\nconsole.log(typeof Validator.fromJson);`), 'function\n');
});

test('what stands beside tokens', () => {
  const nobody = "globalThis.fetch = async () => { throw new TypeError('no network'); };\n";
  assert.equal(run(`${nobody}${beside}`), '401 token_malformed\n');
});

test('reading alone', () => {
  assert.equal(run(read), 'u1\n');
});

test('sizes are those of the modules', () => {
  const files = { 'lowwater.wasm': 'lowwater.wasm', 'issuers.wasm': 'issuers/issuers.wasm', 'unverified.wasm': 'unverified/unverified.wasm' };
  for (const [name, file] of Object.entries(files)) {
    const [, said] = readme.match(new RegExp(`\`${name}\` \\| (\\d+) kB`));
    const kilo = readFileSync(new URL(`../dist/${file}`, import.meta.url)).length / 1000;
    assert.ok(Math.abs(kilo - said) <= kilo / 50 + 1, `${name} has ${kilo} kB`);
  }
});
