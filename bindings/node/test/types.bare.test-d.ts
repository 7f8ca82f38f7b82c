// Read by tsc alone, without the types of Node: who has none of them can use these.
import { Cutoffs, Index, NO_CUTOFFS, Validator } from 'lowwater';

const bytes: Uint8Array = new Cutoffs().toSnapshot();
const index: Index = new Index(new Cutoffs().toIndex());
const validator = Validator.fromJson('{}', { keys: bytes });
export const payload: Uint8Array = validator.verify('token').payload;
export const claims = [validator.validate('token', index).claims, validator.validate('token', NO_CUTOFFS).claims];
