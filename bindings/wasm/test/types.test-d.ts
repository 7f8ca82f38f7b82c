// Read by tsc alone: what must be accepted, and what must not. The types of the classes are those of the package for Node,
// whose own tests are longer.
import { ANY, Cutoffs, type Explanation, Key, NO_CUTOFFS, Validator } from 'lowwater-wasm';
import { init, version } from 'lowwater-wasm/init';
import {
  EventPoll, EventReceiver, type Fetching, IntrospectionValidator, IssuerValidator, type Received, StatusLists, Validator as Fetcher,
} from 'lowwater-wasm/issuers';
import { Cutoffs as Others, init as initIssuers } from 'lowwater-wasm/issuers/init';
import { Rejected, unverified } from 'lowwater-wasm/unverified';
import { init as initUnverified } from 'lowwater-wasm/unverified/init';

const module_: WebAssembly.Module = await WebAssembly.compile(new Uint8Array());
init(module_);
initIssuers(module_);
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

// What stands beside tokens.
const own = { issuer: 'i', audience: 'a', algorithms: ['ES256'] } as const;
const through: Fetching = (url, given) => fetch(url, given);
const fetching: IssuerValidator = Fetcher.forIssuer('i', { audience: 'a', algorithms: ['ES256'], fetch: through });
const rules = new Others().withStatus(new StatusLists({ issuer: 'i', lists: 'https://i/', algorithms: ['ES256'] }));
fetching.validate('token', rules).then(({ subject }: { subject: string | undefined }) => subject);
const received: Promise<Received> = fetching.receive(new EventReceiver(own), new Uint8Array());
new EventPoll(fetching, new EventReceiver(own), { url: 'https://i/' }).round(({ rules }) => { for (const rule of rules) new Others().apply(rule); });
new IntrospectionValidator({ issuer: 'i', endpoint: 'https://i/', bearer: 'b', audience: 'a' });
// @ts-expect-error the main entry fetches nothing
import { IssuerValidator as Nothing } from 'lowwater-wasm';
// @ts-expect-error it has no lists either
new Cutoffs().withStatus;
// @ts-expect-error nor this
Validator.forIssuer('i', { audience: 'a', algorithms: ['ES256'] });
export const used: unknown[] = [outcome, claims, Rejected, received, version];
