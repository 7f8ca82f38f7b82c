// Reads the module from beside this file.
import { readFileSync } from 'node:fs';
import { init } from './init.js';

init(readFileSync(new URL('./lowwater.wasm', import.meta.url)));
