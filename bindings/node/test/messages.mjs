// What is read beside tokens: which reader takes each kind of message, and what came of it as one line; status lists; whom a
// token is asked about.
import {
  ConfigError, EventReceiver, GlobalRevocation, IntrospectionValidator, LogoutReceiver, LowwaterError, MessageRefused, NO_CUTOFFS,
  RevocationRequest, Rule, StatusLists, Validator,
} from '../index.mjs';
import calls from '../lib/calls.js';
import { keySet, textOf } from './format.mjs';

const date = (seconds) => new Date(Math.round(seconds * 1000));
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
/** A configuration in the names of this language. */
const options = (config) => Object.fromEntries(Object.entries(config).map(([name, value]) => [camel(name), value]));
const line = (rules, why = []) => `accept [${rules.map((rule) => rule.toJson()).join()}] not applied [${why.join()}]`;

const readers = {
  logout({ config, token, body }, keys, at) {
    const form = body ?? String(new URLSearchParams({ logout_token: token }));
    return line(new LogoutReceiver(options(config)).receive(form, keys, at).rules);
  },
  security_event({ config, token = '', body, content_type: type = '' }, keys, at) {
    const receiver = new EventReceiver(options(config));
    const { rules, events } = body === undefined ? receiver.receive(token, keys, at) : receiver.push(type, body, keys, at);
    return line(rules, events.flatMap(({ notApplied }) => notApplied));
  },
  revocation({ config, body = '', content_type: type = '' }, _, at) {
    return line(new GlobalRevocation(options(config)).receive(type, body, at).rules);
  },
  /** What is configured is the policy by which the token would be accepted. */
  token_revocation({ config, body = '', content_type: type = '', client }, keys, at) {
    const validator = Validator.fromJson(textOf(config), { keys });
    const { token } = RevocationRequest.read(type, body);
    try {
      const accepted = validator.validate(token, NO_CUTOFFS, at);
      return line(RevocationRequest.accessToken(accepted, client === undefined ? {} : { client }).rules);
    } catch (no) {
      if (!(no instanceof LowwaterError)) throw no;
      return line([], [no.code]);
    }
  },
  status_list({ config, uri, token }, keys, at) {
    new StatusLists(options(config)).hydrate(uri, token, keys, at);
    return line([]);
  },
};

/** A message of a file: what is wrong with what came of it. It has no answer among those that are compared. */
export function message(name, file, one) {
  const { id, kind, result, code, rules = [], not_applied: why } = one;
  const expected = result === 'accept' ? line(rules.map((rule) => Rule.fromJson(textOf(rule))), why) : [result, code].filter(Boolean).join(' ');
  let told;
  try {
    told = readers[kind](one, keySet(file.keysets[one.keys]), { now: date(one.now) });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof MessageRefused)) throw error;
    told = error instanceof ConfigError ? 'config_error' : `reject ${error.code}`;
  }
  return { fault: told === expected ? undefined : `${id}: expected ${expected}, got ${told} [${name}]` };
}

/** The rules of a test, with its status lists beside them. A list that is not taken is not there. */
export function beside(cutoffs, { config, lists }, keys) {
  const all = new StatusLists(options(config));
  for (const { uri, token, fetched } of lists) {
    try { all.hydrate(uri, token, keys, { now: date(fetched) }); } catch (no) { if (!(no instanceof MessageRefused)) throw no; }
  }
  return cutoffs.withStatus(all);
}

/** Gives the addon's calls of these names another meaning while something is done. */
async function instead(others, run) {
  const own = Object.fromEntries(Object.keys(others).map((name) => [name, calls.native[name]]));
  Object.assign(calls.native, others);
  try {
    return await run();
  } finally {
    Object.assign(calls.native, own);
  }
}

/** Decides about tokens that their server is asked about: the server is the vector, and its time the clock's. */
export async function asking({ config }, policy, keys) {
  let response;
  const fetch = async () => {
    const { status = 200, content_type: type, body } = response;
    response = undefined;
    return { status, headers: new Headers(type === undefined ? {} : { 'content-type': type }), body: new Response(body).body };
  };
  const given = { audience: 'the policy says it', ...options(config), ...(config.signed_for ? { keys } : {}), fetch };
  const { introspectionsFromJson } = calls.native;
  // The policy in its own text: several issuers, the digits of numbers.
  const introspection = { introspectionsFromJson: (_, asks) => introspectionsFromJson(textOf(policy), asks) };
  const validator = await instead(introspection, () => new IntrospectionValidator(given));
  return ({ response: said, ask, now }, cutoffs) => instead({ now: () => Number(date(now)) }, async () => {
    response = said;
    const accepted = await validator.validate(ask, cutoffs, { now: date(now) });
    if (response !== undefined) throw new ConfigError('nobody was asked');
    return accepted;
  });
}
