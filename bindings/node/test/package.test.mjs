import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const addons = packed.files.filter((path) => /^lowwater\.[a-z0-9-]+\.node$/.test(path));
  assert.equal(addons.length, 1);
  assert.deepEqual(packed.files.filter((path) => !addons.includes(path)), [
    'LICENSE-APACHE', 'LICENSE-AWS-LC', 'LICENSE-MIT', 'README.md', 'index.d.mts', 'index.d.ts', 'index.js', 'index.mjs', 'lib/accepted.js',
    'lib/calls.js', 'lib/convert.js', 'lib/cutoffs.js', 'lib/driver.js', 'lib/errors.js', 'lib/events.js', 'lib/host.js', 'lib/introspection.js', 'lib/issuer.js',
    'lib/keys.js', 'lib/logout.js', 'lib/message.js', 'lib/names.js', 'lib/native.js', 'lib/platform.js', 'lib/poll.js', 'lib/revocation.js',
    'lib/rule.js', 'lib/sentinels.js', 'lib/status.js', 'lib/unverified.js', 'lib/validator.js', 'package.json',
    'types/events.d.ts', 'types/introspection.d.ts', 'types/issuer.d.ts', 'types/keys.d.ts', 'types/revocation.d.ts', 'types/rules.d.ts', 'types/status.d.ts',
  ]);
});

test('a release leaves the addons to packages of their own', () => {
  const out = mkdtempSync(join(folder, 'release-'));
  const { files, filename } = JSON.parse(run(process.execPath, ['scripts/tarball.mjs', '--release', '--pack-destination', out]));
  assert.equal(files.some((path) => path.endsWith('.node')), false);
  const { optionalDependencies, version, scripts } = JSON.parse(run('tar', ['-xzOf', join(out, filename), 'package/package.json']));
  assert.equal(Object.keys(optionalDependencies).length, 7);
  for (const [name, wanted] of Object.entries(optionalDependencies)) {
    assert.match(name, /^@lowwater\/node-(linux|darwin|win32)-(x64|arm64)/);
    assert.equal(wanted, version);
  }
  assert.equal(scripts, undefined);
});

test('it installs, without scripts, and works both ways', () => {
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--offline', join(folder, packed.filename)], folder);
  const say = 'console.log(typeof new Cutoffs().size, version)';
  writeFileSync(join(folder, 'a.mjs'), `import { Cutoffs, version } from 'lowwater';${say}`);
  writeFileSync(join(folder, 'a.cjs'), `const { Cutoffs, version } = require('lowwater');${say}`);
  const { version } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  for (const name of ['a.mjs', 'a.cjs']) assert.equal(run(process.execPath, [name], folder), `number ${version}\n`);
});

test('its metadata are whole', () => {
  const read = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  for (const name of ['description', 'keywords', 'license', 'repository', 'engines', 'exports', 'types', 'files', 'homepage', 'bugs']) {
    assert.ok(read[name], name);
  }
  assert.equal(read.scripts.install ?? read.scripts.postinstall ?? read.scripts.preinstall, undefined);
  assert.deepEqual(read.dependencies ?? {}, {});
});
