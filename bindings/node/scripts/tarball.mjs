// Packs the package, with the addon that was built here, into a file of this folder: `npm run tarball`. With
// `--release` the addons stay in packages of their own, on which it depends; they are published before it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OF_ADDONS, pack } from '../../javascript/scripts/pack.mjs';
import { TARGETS } from './targets.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
const given = process.argv.slice(2).filter((argument) => argument !== '--release');
const release = process.argv.includes('--release');
if (!release && !readdirSync(here).some((name) => name.endsWith('.node'))) {
  throw new Error('there is no addon to pack: npm run build');
}

const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
if (release) {
  const names = Object.values(TARGETS).map(({ name }) => [`@lowwater/node-${name}`, manifest.version]);
  manifest.optionalDependencies = Object.fromEntries(names);
  manifest.files = manifest.files.filter((pattern) => !pattern.endsWith('.node'));
}
pack(here, /^(index\..+|lib|types|README\.md|lowwater\..+\.node)$/, manifest, given, OF_ADDONS);
