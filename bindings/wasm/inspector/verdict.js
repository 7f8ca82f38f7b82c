// The verdict in words: one headline, the reason, where people usually find the cause.

import { byId, element, replace, whenChanged } from './element.js';
import { textOf } from './json-tree.js';
import { idMarks, timesOf } from './reading.js';
import { relative, inMoments } from './time.js';
import { cause, headline, listed } from './words.js';

const PROVES = new Set(['key', 'signature']);

/** What the headline needs of the token's own words: for display, whether proven or not. */
function factsOf(reading) {
  const header = reading?.header?.root;
  return {
    ...timesOf(reading?.claims), parts: reading?.parts.length, alg: textOf(header, 'alg'), kid: textOf(header, 'kid'), enc: textOf(header, 'enc'),
    idToken: idMarks(reading).length > 0,
  };
}

/** `{ kind, code, badge, title, lead, cause, also, facts }`, all text; `open`: something was not asked. */
export function verdictOf({ token, reading, asked, answer, hits, now, given }) {
  if (token === null) return waiting(asked);
  if (answer === null) return mistaken(asked);
  if (answer.requirementFault !== null) return mistaken({ requirementFault: answer.requirementFault });
  const facts = { ...factsOf(reading), odd: given.odd };
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
    lead: inMoments(leadOf(answer)),
    cause: answer.alone === null ? byRules(answer.rejection, hits, facts) ?? cause(answer.rejection.code, facts) : aside(answer.alone, asked, facts, now),
    also: answer.alone === null ? [...new Set(also)] : [],
    facts: [answer.rejection.code, `stage ${answer.rejection.stage}`, `HTTP ${answer.rejection.status}`],
  };
}

/** The library's sentence; it names no values, which stand in what was compared. */
function leadOf({ rejection, checks, held }) {
  if (rejection.stage === 'permission') return `${rejection.message}: ${held}`;
  const shown = ['issuer_not_allowed', 'audience_not_allowed'].includes(rejection.code);
  const compared = shown ? checks.find(({ outcome }) => outcome === 'fail')?.compared : '';
  return compared ? `${rejection.message}: ${compared.slice(0, 300)}` : rejection.message;
}

/** What the token in a header that is refused would come to by itself. */
function aside({ rejection }, { verifies }, facts, now) {
  if (!verifies) return 'The header must be “Bearer”, a space, and the token. The token in it was not verified: give the keys.';
  const alone = rejection === null ? 'would pass' : `would be refused too: ${headline(rejection.code, facts, now)}`;
  return `The header must be “Bearer”, a space, and the token. The token in it ${alone}.`;
}

/** Which rule it was, in the words of whoever made it. */
function byRules({ stage, code }, hits, facts) {
  const names = hits.filter(({ hit }) => hit === 'refuses').map(({ rule }) => rule.reason ?? rule.id).filter((name) => typeof name === 'string');
  if (stage !== 'cutoff' || names.length === 0) return null;
  return `${names.length > 1 ? 'Rules' : 'Rule'}: ${listed(names.slice(0, 3).map((name) => `“${name.slice(0, 80)}”`))}. ${cause(code, facts) ?? ''}`;
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

function mistaken({ policyFault = null, rulesFault = null, requirementFault = null }) {
  const common = { kind: 'mistake', code: 'mistake', badge: 'No answer', also: [], facts: [] };
  if (requirementFault !== null) return { ...common, title: 'What the route asks for has a mistake', lead: requirementFault, cause: 'See “permission”.' };
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
    cause: first ? `${cause(first.code, facts) ?? ''} ${keys}`.trim() : stands(facts, now),
    also: [...new Set(also)],
    facts: first ? [first.code, `stage ${first.stage}`, 'signature not checked'] : ['signature not checked'],
  };
}

function accepted(asked, answer, facts, now) {
  const open = [...asked.assumed.filter((name) => name !== 'algorithms'), ...asked.echoed];
  return {
    kind: 'accept',
    code: 'accept',
    open: open.length > 0,
    badge: open.length > 0 ? 'Accepted, as far as was asked' : 'Accepted',
    title: open.length > 0 ? 'Genuine, and nothing refuses it' : 'An API would accept it',
    lead: `${asked.secret ? 'Signed with the shared secret' : `Signed by key ${answer.keyId}`}. ${missing(asked)}`.trim(),
    cause: [stands(facts, now), ...answer.notes.map(note)].filter(Boolean).join(' '),
    also: [],
    facts: [...(open.length > 0 ? [] : ['HTTP 200']), answer.permission === 'pass' ? 'may do what was asked' : 'permission not asked'],
  };
}

function missing(asked) {
  const open = asked.assumed.filter((name) => name !== 'algorithms');
  const whole = open.length > 0 ? `${listed(open).replace(/^./, (sign) => sign.toUpperCase())} ${open.length > 1 ? 'were' : 'was'} not checked: say what your API expects.` : '';
  const spoken = asked.assumed.includes('algorithms') ? ' Every algorithm was allowed.' : '';
  const echoed = asked.echoed.length > 0 ? ` ${listed(asked.echoed).replace(/^./, (sign) => sign.toUpperCase())} ${asked.echoed.length > 1 ? 'were' : 'was'} taken from this token, and compared with itself: that proves nothing.` : '';
  return whole + echoed + spoken;
}

const stands = ({ exp }, now) =>
  (exp === undefined ? null : exp > now ? `It expires ${relative(exp, now)}.` : `It expired ${relative(exp, now)}: the leeway lets it pass.`);

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
