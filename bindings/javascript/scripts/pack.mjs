// Packs a package from a folder of its own: the licenses stand at the root of the project, and links to them would not
// survive packing.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The licenses of the project, and of the library of the signatures that an addon holds. */
export const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT'];
export const OF_ADDONS = [...LICENSES, 'LICENSE-AWS-LC'];

/** Packs what of `folder` matches `parts`, under a manifest, with more for `npm pack`; prints the file and what it holds. */
export function pack(folder, parts, { scripts, devDependencies, ...manifest }, given, licenses = LICENSES) {
  const stage = mkdtempSync(join(tmpdir(), 'lowwater-pack-'));
  try {
    for (const name of readdirSync(folder).filter((name) => parts.test(name))) cpSync(join(folder, name), join(stage, name), { recursive: true });
    for (const name of licenses) cpSync(join(folder, '../..', name), join(stage, name));
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const told = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder, ...given], { cwd: stage, encoding: 'utf8' }));
    const [{ filename, files }] = Array.isArray(told) ? told : Object.values(told);
    console.log(JSON.stringify({ filename, files: files.map((file) => file.path).sort() }, null, 2));
  } finally {
    rmSync(stage, { recursive: true });
  }
}
