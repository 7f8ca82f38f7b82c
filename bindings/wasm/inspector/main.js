// The wiring: what is given → `read` → `ask` → the views, in one direction.
//
// For tests: `document.documentElement.dataset.verdict` is
//   `waiting`      no token
//   `accept`       accepted
//   `unverified`   no (readable) keys, so nothing is proven; `data-finding` is the code that would refuse it anyway, or empty
//   `mistake`      the policy cannot be
//   a code         the library's, where it refuses: `token_expired`, `signature_invalid`, `scope_missing` ...
// and `dataset.ready` is there once the first verdict is. `dataset.asked` counts the questions.

import { version } from './lowwater/lowwater.js';
import { showAnswer } from './answer.js';
import { ask, readKeys, readPolicy, readRules } from './asking.js';
import { listenToClock, showClock } from './clock.js';
import { listenToCode, showCode } from './code-view.js';
import { byId, element, replace, whenChanged } from './element.js';
import { CAN_SIGN, example } from './examples.js';
import { fault } from './fault.js';
import { findToken } from './find-token.js';
import { readFragment } from './fragment.js';
import { memberOf, textOf } from './json-tree.js';
import { fillKeys, listenToKeys, showKeys } from './keys.js';
import { listenToLink } from './link.js';
import { marksOf } from './marks.js';
import { fillPolicy, listenToPolicy, showPolicy } from './policy.js';
import { withoutPrivate } from './private-keys.js';
import { readToken, timesOf } from './reading.js';
import { fillRequirement, listenToRequirement, showRequirement } from './requirement.js';
import { makeRuleForm, tellRuleForm } from './rule-form.js';
import { hitsOf, showRules } from './rules.js';
import { showStages } from './stages.js';
import { makeTimeline, showTimeline } from './timeline.js';
import { showToken } from './token-view.js';
import { showVerdict, verdictOf } from './verdict.js';
import { warningsOf } from './warnings.js';

/** All that was given. `now`: null is the live clock. */
const given = {
  token: null,
  keys: { kind: 'public', text: '', form: null },
  policy: {},
  rules: [],
  requirement: {},
  now: null,
};

/** Computes again only when what it reads was given anew. */
function remembered(compute) {
  let last = [];
  let result;
  return (...from) => {
    if (last.length === 0 || from.some((value, index) => value !== last[index])) {
      result = compute(...from);
      last = from;
    }
    return result;
  };
}

const readingOf = remembered((token) => (token === null ? null : readToken(token)));
const keysOf = remembered((keys, policy) => readKeys(keys, policy));
const policyOf = remembered((policy, set) => readPolicy(policy, set));
// Rules are taken at the clock of when they were given: to look at another moment does not change them.
const rulesOf = remembered((rules) => readRules(rules, Math.max(Date.now(), given.now ?? 0)));
const marksFor = remembered((reading, policy, hits) => marksOf({ times: timesOf(reading?.claims), policy, hits: JSON.parse(hits) }));

/** What the library and the display reading say of all that was given, at one moment. */
function read(now) {
  const keys = keysOf(given.keys, given.policy);
  const policy = policyOf(given.policy, keys.set);
  const rules = rulesOf(given.rules);
  const reading = readingOf(given.token);
  const able = given.token !== null && policy.validator !== null;
  const answer = able ? ask({ validator: policy.validator, cutoffs: rules.cutoffs }, given.token, now, given.requirement) : null;
  const verifies = keys.set !== null;
  const asked = { verifies, assumed: policy.assumed, policyFault: policy.mistake, keysFault: keys.mistake };
  const signature = answer?.checks.find(({ stage }) => stage === 'signature');
  return {
    token: given.token, reading, now, asked, answer, set: keys.set,
    unproven: !verifies && ['key', 'signature'].includes(answer?.rejection?.stage),
    proven: verifies && signature?.outcome === 'pass',
    hits: hitsOf(rules.entries, answer),
  };
}

function show() {
  const now = given.now ?? Date.now();
  const seen = read(now);
  const verdict = verdictOf(seen);
  showVerdict(verdict);
  showStages(seen);
  showToken(seen);
  showAnswer(seen);
  showKeys({ keysFault: seen.asked.keysFault, set: seen.set, kind: given.keys.kind, answer: seen.unproven ? null : seen.answer });
  showPolicy({ policyFault: seen.asked.policyFault, own: ownOf(seen.reading) }, expectOwn);
  showRules({ hits: seen.hits, unproven: seen.unproven }, removeRule);
  showRequirement(seen.answer?.requirementFault ?? null);
  showClock(now, given.now === null);
  const marks = marksFor(seen.reading, given.policy, JSON.stringify(seen.hits.map(({ rule, hit }) => ({ rule, hit }))));
  showTimeline({ marks, now, title: `${verdict.badge} ${verdict.title}`.trim() });
  drawWarnings(warningsOf({ ...seen, keys: given.keys, keysFault: seen.asked.keysFault }));
  showCode({ policy: given.policy, keys: keysKind(), rules: given.rules, requirement: given.requirement });
  tellRuleForm(seen.reading, now);
  const root = document.documentElement.dataset;
  root.asked = Number(root.asked ?? 0) + 1;
  root.ready = 'true';
}

const keysKind = () => (given.keys.kind === 'secret' ? 'secret' : /-----BEGIN /.test(given.keys.text) ? 'pem' : 'jwks');

const drawWarnings = (warnings) => drawEach(JSON.stringify(warnings), warnings);
const drawEach = whenChanged((warnings) => {
  byId('warnings').hidden = warnings.length === 0;
  replace(byId('warnings-list'), warnings.map(([name, words]) => element('li', { 'data-warning': name }, words)));
});

/** What the token says of itself, as far as the policy does not speak yet. */
function ownOf(reading) {
  const claims = reading?.claims?.root;
  const aud = memberOf(claims, 'aud');
  const audiences = aud?.kind === 'array' ? aud.items.filter(({ kind }) => kind === 'string').map(({ text }) => text) : [textOf(claims, 'aud')];
  const alg = textOf(reading?.header?.root, 'alg');
  const own = { issuer: [textOf(claims, 'iss')], audience: audiences, algorithms: [alg] };
  const said = Object.entries(own).filter(([name, words]) => given.policy[name] === undefined && words.length > 0 && words.every((word) => typeof word === 'string' && word !== '' && word.length < 500));
  return said.length > 0 ? Object.fromEntries(said) : null;
}

let waiting = false;

/** However often something changes, it is asked once a frame. */
function changed(what) {
  Object.assign(given, what);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    show();
  });
}

function expectOwn(own) {
  const policy = { ...given.policy, ...own };
  fillPolicy(policy);
  changed({ policy });
}

function removeRule(index) {
  changed({ rules: given.rules.filter((_, at) => at !== index) });
}

function readPasted() {
  const { text, said } = withoutPrivate(byId('token').value);
  if (said !== null) byId('token').value = text;
  if (said !== null || text !== '') fault('token', 'token-fault', said && `${said} Keys belong into the field “keys”.`);
  const found = findToken(byId('token').value);
  byId('token-said').textContent = found?.from ? `Taken: ${found.from}.` : '';
  byId('token-clear').hidden = byId('token').value === '';
  changed({ token: found?.token ?? null });
}

/** Fills fields and state alike, as an example, a link or a button says. */
function fill(content) {
  byId('token').value = content.token ?? '';
  byId('token-said').textContent = '';
  byId('token-clear').hidden = !content.token;
  fault('token', 'token-fault', null);
  fillKeys(content.keys);
  fillPolicy(content.policy);
  fillRequirement(content.requirement);
  changed(content);
}

async function dropped(event) {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  byId('token').value = file ? (await file.slice(0, 2_097_152).text()) : event.dataTransfer.getData('text/plain');
  readPasted();
}

function listen() {
  byId('token').addEventListener('input', readPasted);
  byId('token-clear').addEventListener('click', () => {
    byId('token').value = '';
    readPasted();
    byId('token').focus();
  });
  for (const [button, field] of [['verdict-keys', 'keys-text'], ['verdict-policy', 'policy-issuer']]) byId(button).addEventListener('click', () => byId(field).focus());
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', dropped);
  listenToKeys((keys) => changed({ keys }));
  listenToPolicy((policy) => changed({ policy }));
  listenToRequirement((requirement) => changed({ requirement }));
  listenToClock((now) => changed({ now }));
  listenToLink(() => given);
  listenToCode();
  makeRuleForm((lines) => changed({ rules: [...given.rules, ...lines] }));
  makeTimeline((now) => changed({ now }));
  byId('checks-fold').addEventListener('toggle', () => changed({}));
  for (const button of document.querySelectorAll('[data-example]')) {
    button.disabled = !CAN_SIGN;
    button.addEventListener('click', async () => fill(await example(button.dataset.example)));
  }
  if (!CAN_SIGN) byId('examples-said').textContent = 'The examples are signed in the page, and this browser signs only on https or localhost.';
  window.addEventListener('hashchange', fromFragment);
}

function fromFragment() {
  const { content, fault: damaged } = readFragment(location.hash);
  byId('link-fault').textContent = damaged ?? '';
  byId('examples-said').textContent = damaged ?? byId('examples-said').textContent;
  if (content === null) return;
  const { text } = withoutPrivate(content.keys ?? '');
  fill({
    token: content.token ? (findToken(content.token)?.token ?? null) : null,
    keys: { kind: 'public', text, form: null },
    policy: content.policy ?? {}, rules: content.rules ?? [], requirement: content.requirement ?? {}, now: content.now ?? null,
  });
}

byId('version').textContent = version;
listen();
fromFragment();
show();
setInterval(() => given.now === null && !document.hidden && given.token !== null && changed({}), 1000);
