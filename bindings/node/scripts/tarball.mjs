// Packs the package into a file of this folder: `npm run tarball`. The licenses come from the root, and links to
// them would not survive packing.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';

const here = new URL('../', import.meta.url);
const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT'];

if (!readdirSync(here).some((name) => name.endsWith('.node'))) {
  throw new Error('there is no addon to pack: npm run build');
}
for (const name of LICENSES) copyFileSync(new URL(`../../${name}`, here), new URL(name, here));
try {
  const packed = execFileSync('npm', ['pack', '--json', ...process.argv.slice(2)], { cwd: here, encoding: 'utf8' });
  const told = JSON.parse(packed);
  const [{ filename, files }] = Array.isArray(told) ? told : Object.values(told);
  console.log(JSON.stringify({ filename, files: files.map((file) => file.path).sort() }, null, 2));
} finally {
  for (const name of LICENSES) rmSync(new URL(name, here));
}
