// Packs the package, as it was built, into a file of this folder: `npm run tarball`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../../javascript/scripts/pack.mjs';

const here = fileURLToPath(new URL('../', import.meta.url));
if (!existsSync(join(here, 'dist'))) throw new Error('there is nothing to pack: npm run build');
pack(here, /^(dist|README\.md)$/, JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')), process.argv.slice(2));
