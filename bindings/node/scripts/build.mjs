// Builds the addon for this platform, or for a target of Rust: `npm run build -- x86_64-unknown-linux-musl`.
// With `--package` it goes into the package of its platform, a folder of `npm/`, as a release publishes it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { OF_ADDONS } from '../../javascript/scripts/pack.mjs';
import platforms from '../lib/platform.js';
import { TARGETS } from './targets.mjs';

const here = new URL('../', import.meta.url);
const [target] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (target !== undefined && TARGETS[target] === undefined) {
  throw new Error(`no such target; there are ${Object.keys(TARGETS).join(', ')}`);
}

const cargo = spawnSync('cargo', [
  'build', '--locked', '--release', '--package', 'lowwater-node', '--message-format', 'json-render-diagnostics',
  ...(target === undefined ? [] : ['--target', target]),
], { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
if (cargo.error) console.error(`cargo does not run: ${cargo.error.message} (Rust: https://rustup.rs)`);
if (cargo.status !== 0) process.exit(1);
const messages = cargo.stdout.trim().split('\n').map((line) => JSON.parse(line));
const made = messages.find((message) => message.reason === 'compiler-artifact' && message.target.name === 'lowwater_node');
const library = made.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));

const name = target === undefined ? platforms.platform() : TARGETS[target].name;
const addon = `lowwater.${name}.node`;
/** A file that a process has open is replaced, and not written to. */
const copy = (folder) => {
  rmSync(new URL(addon, folder), { force: true });
  copyFileSync(library, new URL(addon, folder));
};

if (!process.argv.includes('--package')) copy(here);
else {
  const folder = new URL(`npm/${name}/`, here);
  mkdirSync(folder, { recursive: true });
  copy(folder);
  const { version, license, repository, engines, homepage, bugs } = JSON.parse(readFileSync(new URL('package.json', here)));
  const { os, cpu, libc } = Object.values(TARGETS).find((one) => one.name === name);
  const described = {
    name: `@lowwater/node-${name}`, version, description: `The addon of lowwater for ${name}.`, license, repository, homepage, bugs,
    engines, os, cpu, libc, main: addon, files: [addon, ...OF_ADDONS],
  };
  writeFileSync(new URL('package.json', folder), `${JSON.stringify(described, null, 2)}\n`);
  for (const license of OF_ADDONS) copyFileSync(new URL(`../../${license}`, here), new URL(license, folder));
}
