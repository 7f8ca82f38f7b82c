export * from './index.js';

/** Makes it ready, of a `WebAssembly.Module` or the bytes of one (`lowwater-wasm/unverified.wasm`). */
export function init(module: (WebAssembly.Module & object) | BufferSource): void;
