// The verdict in words: one headline, the reason, where people usually find the cause.

import { byId, element, replace, whenChanged } from './element.js';
import { textOf } from './json-tree.js';
import { timesOf } from './reading.js';
import { relative, inMoments } from './time.js';
import { cause, headline, listed } from './words.js';

const PROVES = new Set(['key', 'signature']);

/** What the headline needs of the token's own words: for display, whether proven or not. */
function factsOf(reading) {
  return { ...timesOf(reading?.claims), parts: reading?.parts.length, alg: textOf(reading?.header?.root, 'alg'), kid: textOf(reading?.header?.root, 'kid') };
}

/** `{ kind, code, badge, title, lead, cause, also, facts }`, all text; `open`: something was not asked. */
export function verdictOf({ token, reading, asked, answer, hits, now }) {
  if (token === null) return waiting(asked);
  if (answer === null) return mistaken(asked);
  const facts = factsOf(reading);
  const failed = answer.checks.filter((check) => check.outcome === 'fail');
  const unproven = !asked.verifies && PROVES.has(answer.rejection?.stage);
  if (answer.accepted) return accepted(asked, answer, facts, now);
  const first = unproven ? failed.find((check) => !PROVES.has(check.stage)) : answer.rejection;
  const also = failed
    .filter((check) => check.code !== first?.code && (asked.verifies || !PROVES.has(check.stage)))
    .map((check) => headline(check.code, facts, now));
  if (unproven) return unverified(asked, first, also, facts, now);
  return {
    kind: 'reject',
    code: answer.rejection.code,
    badge: answer.rejection.status === 403 ? 'Forbidden' : 'Rejected',
    title: headline(answer.rejection.code, facts, now),
    lead: inMoments(answer.rejection.message),
    cause: byRules(answer.rejection, hits) ?? cause(answer.rejection.code),
    also: [...new Set(also)],
    facts: [answer.rejection.code, `stage ${answer.rejection.stage}`, `HTTP ${answer.rejection.status}`],
  };
}

/** Which rule it was, in the words of whoever made it. */
function byRules({ stage, code }, hits) {
  const names = hits.filter(({ hit }) => hit === 'refuses').map(({ rule }) => rule.reason ?? rule.id).filter((name) => typeof name === 'string');
  if (stage !== 'cutoff' || names.length === 0) return null;
  return `${names.length > 1 ? 'Rules' : 'Rule'}: ${listed(names.slice(0, 3).map((name) => `“${name.slice(0, 80)}”`))}. ${cause(code) ?? ''}`;
}

function waiting(asked) {
  return {
    kind: 'waiting', code: null, badge: '', title: 'Paste a token',
    lead: asked.policyFault
      ? `The policy has a mistake: ${asked.policyFault}`
      : 'You see at once whether an API would accept it, and if not, which check refuses it and why.',
    cause: null, also: [], facts: [],
  };
}

function mistaken({ policyFault, rulesFault }) {
  const common = { kind: 'mistake', code: 'mistake', badge: 'No answer', also: [], facts: [] };
  return policyFault !== null
    ? { ...common, title: 'The policy has a mistake', lead: policyFault, cause: 'An API with this policy would not start.' }
    : { ...common, title: 'A rule cannot be read', lead: rulesFault, cause: 'An API must not go on without it: mend or remove it in “rules”.' };
}

function unverified(asked, first, also, facts, now) {
  const keys = asked.keysFault ? 'The keys cannot be read, so nothing is proven.' : 'No keys were given, so nothing is proven: anyone can write such a token.';
  return {
    kind: 'unverified',
    code: first?.code ?? null,
    badge: first ? 'Would be rejected · not verified' : 'Not verified',
    title: first ? headline(first.code, facts, now) : 'Well formed and in time, but unproven',
    lead: first ? inMoments(first.message ?? '') : `${keys} ${missing(asked)}`,
    cause: first ? `${cause(first.code) ?? ''} ${keys}`.trim() : stands(facts, now),
    also: [...new Set(also)],
    facts: first ? [first.code, `stage ${first.stage}`, 'signature not checked'] : ['signature not checked'],
  };
}

function accepted(asked, answer, facts, now) {
  const open = asked.assumed.filter((name) => name !== 'algorithms');
  return {
    kind: 'accept',
    code: 'accept',
    open: open.length > 0,
    badge: open.length > 0 ? 'Accepted, as far as was asked' : 'Accepted',
    title: open.length > 0 ? 'Genuine, and nothing refuses it' : 'An API would accept it',
    lead: `Signed by key ${answer.keyId}. ${missing(asked)}`.trim(),
    cause: [stands(facts, now), ...answer.notes.map(note)].filter(Boolean).join(' '),
    also: [],
    facts: ['HTTP 200', answer.permission === 'pass' ? 'may do what was asked' : 'permission not asked'],
  };
}

function missing(asked) {
  const open = asked.assumed.filter((name) => name !== 'algorithms');
  const whole = open.length > 0 ? `${listed(open).replace(/^./, (sign) => sign.toUpperCase())} ${open.length > 1 ? 'were' : 'was'} not checked: say what your API expects.` : '';
  const spoken = asked.assumed.includes('algorithms') ? ' Every algorithm was allowed.' : '';
  return whole + spoken;
}

const stands = ({ exp }, now) => (exp === undefined ? null : `It expires ${relative(exp, now)}.`);

const note = (name) =>
  name === 'issued_at_for_auth_time' ? 'It has no auth_time, so iat stood in for it: a refresh would evade this login cutoff.' : name;

const drawAlso = whenChanged((also) =>
  replace(byId('verdict-also'), also.map((title) => element('li', {}, `Also: ${title}`))));
const drawFacts = whenChanged((facts) =>
  replace(byId('verdict-facts'), facts.map((fact) => element('code', {}, fact))));

const drawLead = whenChanged((lead) =>
  replace(byId('verdict-lead'), lead.split('`').map((piece, index) => (index % 2 === 1 ? element('code', {}, piece) : piece))));

let spoken = 0;

/** Shows it. A screen reader hears it when it has settled, not at every step of a drag. */
export function showVerdict(verdict) {
  const root = document.documentElement.dataset;
  root.verdict = verdict.kind === 'reject' ? verdict.code : verdict.kind;
  root.finding = verdict.code ?? '';
  byId('verdict').dataset.kind = verdict.kind;
  byId('verdict-badge').textContent = verdict.badge;
  byId('verdict-title').textContent = verdict.title;
  drawLead(verdict.lead, verdict.lead);
  byId('verdict-cause').textContent = verdict.cause ?? '';
  byId('verdict-next').hidden = verdict.kind !== 'unverified' && !verdict.open;
  byId('verdict-keys').hidden = verdict.kind !== 'unverified';
  drawAlso(verdict.also.join('\n'), verdict.also);
  drawFacts(verdict.facts.join('\n'), verdict.facts);
  const heard = `${verdict.kind} ${verdict.code}`;
  if (byId('verdict-live').dataset.heard === heard) return;
  byId('verdict-live').dataset.heard = heard;
  clearTimeout(spoken);
  spoken = setTimeout(() => {
    byId('verdict-live').textContent = verdict.kind === 'waiting' ? '' : `${verdict.badge}: ${verdict.title}. ${verdict.lead}`;
  }, 500);
}
