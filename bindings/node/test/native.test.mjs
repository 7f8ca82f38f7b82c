// What is said where the addon is missing, broken or another one's.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NO_CUTOFFS, Validator } from '../index.mjs';
import native from '../lib/native.js';
import { platform } from '../lib/platform.js';
import { OPTIONS, sign } from './tokens.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lowwater-'));
after(() => rmSync(folder, { recursive: true }));
const name = platform();
const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** Loads a copy that has no addon but what `put` gives it; tells the message of what is thrown. */
function loading(put) {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const part of ['index.js', 'lib', 'package.json']) cpSync(join(here, part), join(copy, part), { recursive: true });
  const own = join(copy, 'node_modules', '@lowwater', `node-${name}`);
  mkdirSync(own, { recursive: true });
  put(copy, own);
  const code = "try { require('./index.js'); console.log('loaded') } catch (error) { console.log(error.message) }";
  return spawnSync(process.execPath, ['-e', code], { cwd: copy, encoding: 'utf8' }).stdout;
}

const addon = join(here, `lowwater.${name}.node`);
const manifest = (own, main) => writeFileSync(join(own, 'package.json'), JSON.stringify({ name: `@lowwater/node-${name}`, version, main }));

test('no addon', () => {
  assert.match(loading(() => {}), new RegExp(`^lowwater has no addon for ${name}: install @lowwater/node-${name} `));
});

test('an addon, beside or in a package', () => {
  assert.equal(loading((copy) => cpSync(addon, join(copy, `lowwater.${name}.node`))), 'loaded\n');
  assert.equal(loading((copy, own) => { cpSync(addon, join(own, 'a.node')); manifest(own, 'a.node'); }), 'loaded\n');
});

test('an addon that does not load', () => {
  const broken = new RegExp(`^the addon for ${name} is there and does not load: .+`);
  assert.match(loading((copy) => writeFileSync(join(copy, `lowwater.${name}.node`), 'nonsense')), broken);
  assert.match(loading((copy, own) => { writeFileSync(join(own, 'a.node'), 'nonsense'); manifest(own, 'a.node'); }), broken);
});

test('an addon of another version', () => {
  for (const [source, said] of [["exports.version = () => '0.0.9'", '0.0.9'], ['', 'another one']]) {
    const text = loading((copy, own) => { writeFileSync(join(own, 'a.js'), source); manifest(own, 'a.js'); });
    assert.ok(text.startsWith(`the addon for ${name} is of version ${said}, and lowwater is of version ${version}: `), text);
  }
});

test('a build without cargo says so', () => {
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: here, env: { ...process.env, PATH: folder, Path: folder }, encoding: 'utf8' });
  assert.equal(built.status, 1);
  assert.match(built.stderr, /cargo does not run: .*ENOENT/);
});

test('what the addon itself cannot take is a mistake too', () => {
  const validator = new Validator(OPTIONS);
  for (const name of ['now', 'validate']) {
    const own = native[name];
    native[name] = () => { throw Object.assign(new Error('raw'), { code: 'InvalidArg' }); };
    try {
      assert.throws(() => validator.validate(sign(), NO_CUTOFFS), { name: 'ConfigError', message: 'raw' });
    } finally {
      native[name] = own;
    }
  }
});
