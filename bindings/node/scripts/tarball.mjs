// Packs the package, with the addon that was built here, into a file of this folder: `npm run tarball`. With
// `--release` the addons stay in packages of their own, on which it depends; they are published before it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TARGETS } from './targets.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
const given = process.argv.slice(2).filter((argument) => argument !== '--release');
const release = process.argv.includes('--release');
if (!release && !readdirSync(here).some((name) => name.endsWith('.node'))) {
  throw new Error('there is no addon to pack: npm run build');
}

const { scripts, devDependencies, ...manifest } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
if (release) {
  const names = Object.values(TARGETS).map(({ name }) => [`@lowwater/node-${name}`, manifest.version]);
  manifest.optionalDependencies = Object.fromEntries(names);
  manifest.files = manifest.files.filter((pattern) => !pattern.endsWith('.node'));
}

// From a folder of its own: the licenses stand at the root, and links to them would not survive packing.
const stage = mkdtempSync(join(tmpdir(), 'lowwater-pack-'));
try {
  const PACKED = /^(index\..+|lib|types|README\.md|lowwater\..+\.node)$/;
  for (const name of readdirSync(here).filter((name) => PACKED.test(name))) cpSync(join(here, name), join(stage, name), { recursive: true });
  for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(join(here, '../..', name), join(stage, name));
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const told = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', here, ...given], { cwd: stage, encoding: 'utf8' }));
  const [{ filename, files }] = Array.isArray(told) ? told : Object.values(told);
  console.log(JSON.stringify({ filename, files: files.map((file) => file.path).sort() }, null, 2));
} finally {
  rmSync(stage, { recursive: true });
}
