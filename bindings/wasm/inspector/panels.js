// All but the verdict: the fields in which things are given, and the views that tell more. They come after the first
// verdict, and hold what was given by then.

import { version } from './lowwater/lowwater.js';
import { showAnswer } from './answer.js';
import { listenToClock, showClock } from './clock.js';
import { listenToCode, showCode } from './code-view.js';
import { byId, element, replace, whenChanged } from './element.js';
import { memberOf, textOf } from './json-tree.js';
import { fillKeys, listenToKeys, showKeys } from './keys.js';
import { listenToLink } from './link.js';
import { marksOf } from './marks.js';
import { fillPolicy, listenToPolicy, showPolicy } from './policy.js';
import { policyOf, withMember } from './policy-text.js';
import { remembered } from './read.js';
import { timesOf } from './reading.js';
import { fillRequirement, listenToRequirement, showRequirement } from './requirement.js';
import { makeRuleForm, tellRuleForm } from './rule-form.js';
import { showRules } from './rules.js';
import { showStages } from './stages.js';
import { makeTimeline, showTimeline } from './timeline.js';
import { showToken } from './token-view.js';
import { warningsOf } from './warnings.js';

let given = null;
let changed = () => {};

/** Makes the fields; `tell` is called with what changes. */
export function make(state, tell) {
  given = state;
  changed = tell;
  listenToKeys((keys) => changed({ keys }));
  listenToPolicy(changed);
  listenToRequirement((requirement) => changed({ requirement }));
  listenToClock((now) => changed({ now }));
  listenToLink(() => given);
  listenToCode();
  makeRuleForm((lines) => changed({ rules: [...given.rules, ...lines] }));
  makeTimeline((now) => changed({ now }));
  byId('checks-fold').addEventListener('toggle', () => changed({}));
  byId('version').textContent = version;
}

/** Fills the fields with what an example, a link or a button says. */
export function fill({ keys, policy, policyText, requirement }) {
  fillKeys(keys);
  fillPolicy({ policy, policyText });
  fillRequirement(requirement);
}

export function show(seen, verdict) {
  const { now, reading, answer, asked, hits } = seen;
  showStages(seen);
  showToken(seen);
  showAnswer(seen);
  showKeys({ keysFault: asked.keysFault, set: seen.set, skipped: seen.skipped, kind: given.keys.kind, answer: seen.unproven ? null : answer });
  showPolicy({ policyFault: asked.policyFault, own: ownOf(reading) }, expectOwn);
  showRules({ hits, unproven: seen.unproven }, (place) => changed({ rules: given.rules.filter((_, at) => at !== place) }));
  showRequirement(answer?.requirementFault ?? null);
  showClock(now, given.now === null);
  const marks = marksFor(reading, given.policy, JSON.stringify(hits.map(({ rule, hit }) => ({ rule, hit }))));
  showTimeline({ marks, now, title: `${verdict.badge} ${verdict.title}`.trim() });
  const warnings = warningsOf({ ...seen, keys: given.keys, keysFault: asked.keysFault });
  drawWarnings(JSON.stringify(warnings), warnings);
  showCode({ mistake: asked.policyFault ?? asked.rulesFault, policy: given.policy, policyText: given.policyText, keys: keysKind(), rules: given.rules, requirement: given.requirement });
  tellRuleForm(reading, now);
}

const marksFor = remembered((reading, policy, hits) => marksOf({ times: timesOf(reading?.claims), policy, hits: JSON.parse(hits) }));

const keysKind = () => (given.keys.kind === 'secret' ? 'secret' : /-----BEGIN /.test(given.keys.text) ? 'pem' : 'jwks');

const drawWarnings = whenChanged((warnings) => {
  byId('warnings').hidden = warnings.length === 0;
  replace(byId('warnings-list'), warnings.map(([name, words]) => element('li', { 'data-warning': name }, words)));
});

/** What the token says of itself, as far as the policy does not speak yet. */
function ownOf(reading) {
  const claims = reading?.claims?.root;
  const aud = memberOf(claims, 'aud');
  const audiences = aud?.kind === 'array' ? aud.items.slice(0, 50).map(({ kind, text }) => (kind === 'string' ? text : undefined)) : [textOf(claims, 'aud')];
  const own = { issuer: [textOf(claims, 'iss')], audience: audiences, algorithms: [textOf(reading?.header?.root, 'alg')] };
  const usable = (word) => typeof word === 'string' && word !== '' && word.length < 500 && !/[\n,]/.test(word) && !/^none$/i.test(word);
  const said = Object.entries(own).filter(([name, words]) => given.policy[name] === undefined && words.length > 0 && words.every(usable));
  return said.length > 0 ? Object.fromEntries(said) : null;
}

function expectOwn(own) {
  const text = Object.entries(own).reduce((text, [name, value]) => withMember(text, name, value), given.policyText);
  const read = policyOf(text);
  fillPolicy(read);
  changed({ ...read, own });
}
