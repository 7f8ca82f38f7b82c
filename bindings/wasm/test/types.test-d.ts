// Read by tsc alone: what must be accepted, and what must not. The types of the classes are those of the package for Node,
// whose own tests are longer.
import { ANY, Cutoffs, type Explanation, Key, NO_CUTOFFS, Validator } from 'lowwater-wasm';
import { init, version } from 'lowwater-wasm/init';
import { Rejected, unverified } from 'lowwater-wasm/unverified';
import { init as initUnverified } from 'lowwater-wasm/unverified/init';

const module_: WebAssembly.Module = await WebAssembly.compile(new Uint8Array());
init(module_);
initUnverified(new Uint8Array());
// @ts-expect-error an address is no module
init('https://example.com/lowwater.wasm');

const validator = new Validator({ issuer: ANY, audience: 'a', algorithms: ['HS256'], keys: Key.fromSecret(new Uint8Array(32)) });
const explained: Explanation = validator.explain('token', new Cutoffs());
const outcome: 'verified' | 'tried' | 'not_tried' | undefined = explained.keys[0]?.outcome;
const { claims } = unverified('token');
// @ts-expect-error reading without proof has no validator
import { Validator as None } from 'lowwater-wasm/unverified';
// @ts-expect-error rules are always said
validator.validate('token');
validator.validate('token', NO_CUTOFFS);
export const used: unknown[] = [outcome, claims, Rejected, version];
