export * from './index.js';

/**
 * Makes the package ready, of a `WebAssembly.Module` or the bytes of one (`lowwater-wasm/issuers.wasm`): for hosts that
 * load modules in their own way. Until then every call fails; a second time does nothing.
 */
export function init(module: (WebAssembly.Module & object) | BufferSource): void;
