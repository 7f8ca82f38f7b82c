// What is published: what the tarball holds, and that it works where it is installed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lowwater-'));
after(() => rmSync(folder, { recursive: true }));

const run = (command, given, cwd = here) => execFileSync(command, given, { cwd, encoding: 'utf8' });
const packed = JSON.parse(run(process.execPath, ['scripts/tarball.mjs', '--pack-destination', folder]));

test('the tarball holds this and nothing else', () => {
  const entry = (folder, module) => ['index.d.ts', 'index.js', 'init.d.ts', 'init.js', module, 'node.js'].map((name) => `dist/${folder}${name}`);
  const entries = [...entry('', 'lowwater.wasm'), ...entry('issuers/', 'issuers.wasm'), ...entry('unverified/', 'unverified.wasm')];
  const types = ['dist/types/keys.d.ts', 'dist/types/rules.d.ts',
    ...['events', 'introspection', 'issuer', 'keys', 'revocation', 'rules', 'status'].map((name) => `dist/issuers/types/${name}.d.ts`)];
  const all = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', ...entries, ...types];
  assert.deepEqual(packed.files, [...all, 'package.json'].sort());
});

test('it works where it is installed, without a tool', () => {
  const app = join(folder, 'app');
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  run('tar', ['-xzf', join(folder, packed.filename), '-C', join(app, 'node_modules')]);
  run('mv', ['package', 'lowwater-wasm'], join(app, 'node_modules'));
  writeFileSync(join(app, 'main.mjs'), "import { Cutoffs } from 'lowwater-wasm';\nimport { unverified } from 'lowwater-wasm/unverified';\n" +
    "import { StreamFreshness } from 'lowwater-wasm/issuers';\n" +
    "console.log(new Cutoffs().suspended({ subject: 'u', on: true, version: 1 }), typeof unverified, new StreamFreshness().needsResync);\n");
  assert.equal(run(process.execPath, ['main.mjs'], app), 'applied function false\n');
});
