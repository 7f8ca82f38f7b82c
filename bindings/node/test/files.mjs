import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The JSON files under a path; a folder named `data` holds no vectors. */
export function files(path, top = true) {
  if (!statSync(path).isDirectory()) return path.endsWith('.json') ? [path] : [];
  if (!top && basename(path) === 'data') return [];
  return readdirSync(path).sort().flatMap((name) => files(join(path, name), false));
}
