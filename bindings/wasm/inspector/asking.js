// The calls of the library. Whatever is decided on this page is decided here, by the code that an API runs.

import { Cutoffs, Key, KeySet, Rejected, Rule, Validator } from './lowwater/lowwater.js';
import { withUnsaid } from './policy-text.js';
import { secretBytes } from './secret.js';
import { LAST } from './time.js';

export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA', 'HS256', 'HS384', 'HS512'];

/** Stands in where no key was given, so that all else can be asked; random, so that nobody can sign for it. */
const nobody = Key.fromSecret(crypto.getRandomValues(new Uint8Array(32)), { id: crypto.randomUUID() });

/**
 * `{ set, mistake, skipped }`: what the text of keys means. Without a set nothing is verified.
 */
export function readKeys({ kind, text, form }, policy) {
  if (text.trim() === '') return { set: null, mistake: null, skipped: [] };
  const allowShortSecret = policy.allow_short_secret === true;
  try {
    if (kind !== 'secret') return held(new KeySet(text, { allowShortSecret }));
    const bytes = secretBytes(text, form);
    const key = allowShortSecret ? Key.fromShortSecret(bytes) : Key.fromSecret(bytes);
    return held(new KeySet(key));
  } catch (mistake) {
    return { set: null, mistake: sentence(mistake), skipped: mistake.code === 'no_usable_key' ? leftOut(text) : [] };
  }
}

const held = (set) => ({ set, mistake: null, skipped: set.skipped });

/** A set without one usable key is refused whole; beside a key that works, the library tells why of each. */
function leftOut(text) {
  const works = { kty: 'OKP', crv: 'Ed25519', x: 'q_zXjUQKbrZsD-SEM7hKb7T5AnAuEespX1co9RQ9bHQ' };
  try {
    const { keys } = JSON.parse(text);
    return keys.some((key) => key?.kty !== 'oct') ? new KeySet({ keys: [...keys, works] }).skipped : [];
  } catch {
    return [];
  }
}

const UNSAID = { issuer: '"any"', audience: '"any"', algorithms: JSON.stringify(ALGORITHMS) };

/** `{ validator, mistake, assumed }`: what was not said is asked of nobody, and told in `assumed`. */
export function readPolicy({ policy, policyText }, set) {
  const assumed = Object.keys(UNSAID).filter((name) => !Object.hasOwn(policy, name));
  const spoken = withUnsaid(policyText, Object.fromEntries(assumed.map((name) => [name, UNSAID[name]])));
  try {
    return { validator: Validator.fromJson(spoken, { keys: set ?? nobody }), mistake: null, assumed };
  } catch (mistake) {
    return { validator: null, mistake: sentence(mistake), assumed };
  }
}

/** Is it a whole state, as `toJsonLines` writes one? It is kept as it is: its rules and what it has forgotten. */
export const isState = (text) => /^\{\s*"state"/.test(text);

/**
 * `{ cutoffs, entries, mistake }`: each rule as the library's (`own`) and as an object, with the `place` of the text that it came
 * from, and what became of it (`change` or `mistake`). `mistake` is the first: an API that cannot read a rule must not go on without it.
 */
export function readRules(texts, clockOf) {
  const cutoffs = new Cutoffs();
  const entries = texts.flatMap((text, place) => {
    const entry = { place, text, at: clockOf(text), state: isState(text), own: null, rule: null, change: null, mistake: null };
    try {
      if (entry.state) return [entry, ...ofState(text, cutoffs).map((rule) => ({ ...entry, text: '', own: rule, rule: rule.toObject() }))];
      const rule = Rule.fromJson(text);
      return { ...entry, own: rule, rule: rule.toObject(), change: cutoffs.apply(rule, { now: new Date(entry.at) }) };
    } catch (mistake) {
      return { ...entry, mistake: sentence(mistake) };
    }
  });
  return { cutoffs, entries, mistake: entries.find(({ mistake }) => mistake !== null)?.mistake ?? null };
}

function ofState(text, cutoffs) {
  const state = new Cutoffs();
  state.loadJsonLines(text);
  cutoffs.merge(state);
  return state.list();
}

/** Rules of a text, each by itself: JSON, JSON Lines; or the text of a state. Throws the library's sentence. */
export function linesOf(text) {
  const written = text.trim();
  if (isState(written)) {
    ofState(`${written}\n`, new Cutoffs());
    return [`${written}\n`];
  }
  const lines = /^\{[^\n]*\}[ \t\r]*(\n|$)/.test(written) ? written.split(/\r?\n/) : [written];
  return lines
    .map((line, index) => {
      try {
        return line.trim() === '' ? null : Rule.fromJson(line.trim()).toJson();
      } catch (mistake) {
        throw new SyntaxError(lines.length > 1 ? `line ${index + 1}: ${sentence(mistake)}` : sentence(mistake));
      }
    })
    .filter((line) => line !== null);
}

/** What a rule alone does to the token: its match, if it has one. */
export function askRule(validator, { own, at, state }, token, now) {
  const alone = new Cutoffs();
  alone.apply(own, { now: new Date(state ? LAST : at) }); // A state's were brought down before they were written.
  return validator.explain(token, alone, { now: new Date(now) }).rules[0];
}

/** The answer to a header that does not carry one bearer token, whatever the token in it is worth. */
function refusedHeader(validator, header) {
  try {
    if (header !== null) validator.bearer(header);
    return null;
  } catch (refused) {
    return refused.toJSON();
  }
}

/** One question: the explanation, and after it what the request asks for. */
export function ask({ validator, cutoffs }, { token, header, requirement }, now) {
  const options = { now: new Date(now) };
  const explanation = validator.explain(token, cutoffs, options);
  const asks = Object.keys(requirement).length > 0;
  const answer = { ...explanation, notes: [], permission: null, asks, held: null, requirementFault: null, alone: null };
  const unsent = refusedHeader(validator, header);
  if (unsent !== null) {
    const { stage, code, message } = unsent;
    const check = { stage, name: 'Authorization header', outcome: 'fail', code, message, compared: 'expected: Bearer, and one token' };
    return { ...answer, accepted: false, rejection: unsent, alone: explanation, checks: [check, ...explanation.checks] };
  }
  if (!explanation.accepted) return answer;
  const accepted = validator.validate(token, cutoffs, options);
  answer.notes = accepted.notes;
  answer.keyId = accepted.keyId;
  if (!asks) return answer;
  answer.held = `asked ${said(requirement)}; the token has ${said({ scopes: accepted.scopes, permissions: accepted.permissions, subject: accepted.subject })}`;
  try {
    accepted.require(requirement);
    answer.permission = 'pass';
  } catch (refused) {
    if (!(refused instanceof Rejected)) return { ...answer, requirementFault: sentence(refused) };
    answer.permission = 'fail';
    answer.accepted = false;
    answer.rejection = refused.toJSON();
  }
  return answer;
}

const said = (members) =>
  Object.entries(members).map(([name, value]) => `${name.replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`)} ${[value].flat().join(' ') || 'none'}`).join(', ');

export function sentence(mistake) {
  return mistake instanceof Error ? mistake.message : String(mistake);
}
