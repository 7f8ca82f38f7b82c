// Loads the module from beside this file.
import { init } from './init.js';

const response = await fetch(new URL('./lowwater.wasm', import.meta.url));
const type = response.headers.get('Content-Type')?.split(';')[0].trim();
// A server that answers everything with its page has no such file.
if (!response.ok || type === 'text/html') throw new Error(`lowwater.wasm did not come: the answer was ${response.ok ? 'a page (HTML)' : response.status}`);
// A server that does not know the type sends another, and then nothing can be compiled while it arrives.
init(await (type === 'application/wasm' ? WebAssembly.compileStreaming(response) : response.arrayBuffer().then(WebAssembly.compile)));
