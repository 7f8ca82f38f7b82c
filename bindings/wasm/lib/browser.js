// Loads the module from beside this file.
import { init } from './init.js';

const response = await fetch(new URL('./lowwater.wasm', import.meta.url));
if (!response.ok) throw new Error(`lowwater.wasm did not come: the answer was ${response.status}`);
// A server that does not know the type sends another, and then nothing can be compiled while it arrives.
const typed = response.headers.get('Content-Type')?.split(';')[0].trim() === 'application/wasm';
init(await (typed ? WebAssembly.compileStreaming(response) : response.arrayBuffer().then(WebAssembly.compile)));
