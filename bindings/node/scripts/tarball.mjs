// Packs the package, with the addon that was built here, into a file of this folder: `npm run tarball`. With
// `--release` the addons stay in packages of their own, on which it depends; they are published before it.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { TARGETS } from './targets.mjs';

const here = new URL('../', import.meta.url);
const more = process.argv.slice(2);
const release = more.includes('--release');
if (!release && !readdirSync(here).some((name) => name.endsWith('.node'))) {
  throw new Error('there is no addon to pack: npm run build');
}

const manifest = new URL('package.json', here);
const written = readFileSync(manifest, 'utf8');
const { scripts, devDependencies, ...read } = JSON.parse(written);
if (release) {
  const names = Object.values(TARGETS).map(({ name }) => [`@lowwater/node-${name}`, read.version]);
  read.optionalDependencies = Object.fromEntries(names);
  read.files = read.files.filter((pattern) => !pattern.endsWith('.node'));
}

// The licenses stand at the root, and links to them would not survive packing.
const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT'];
for (const name of LICENSES) copyFileSync(new URL(`../../${name}`, here), new URL(name, here));
writeFileSync(manifest, JSON.stringify(read, null, 2));
try {
  const given = more.filter((argument) => argument !== '--release');
  const told = JSON.parse(execFileSync('npm', ['pack', '--json', ...given], { cwd: here, encoding: 'utf8' }));
  const [{ filename, files }] = Array.isArray(told) ? told : Object.values(told);
  console.log(JSON.stringify({ filename, files: files.map((file) => file.path).sort() }, null, 2));
} finally {
  writeFileSync(manifest, written);
  for (const name of LICENSES) rmSync(new URL(name, here));
}
