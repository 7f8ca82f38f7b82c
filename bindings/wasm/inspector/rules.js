// The rules that were given, and which of them hit this token.

import { byId, element, replace, whenChanged } from './element.js';
import { withMoments } from './time.js';

const KINDS = {
  issued_before: 'no token issued before', authenticated_before: 'no login before', revoked: 'revoked until', suspended: 'suspended',
};
const HITS = { refuses: '✕ refuses this token', passes: '✓ names this token, lets it pass', apart: '– is not about this token', '': '' };

/** Objects with the same members, in whatever order, are the same target. */
const identity = (value) =>
  JSON.stringify(value, (_, inner) => (inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));

/** Each entry with `hit`: `refuses`, `passes`, `apart`, or empty where there is no token to ask about. */
export function hitsOf(entries, answer) {
  const asked = answer?.checks.some(({ stage, outcome }) => stage === 'cutoff' && outcome !== 'skipped');
  const matches = new Map((answer?.rules ?? []).map((match) => [`${match.rule} ${identity(match.target)}`, match]));
  return entries.map((entry) => {
    const match = entry.rule && matches.get(`${entry.rule.rule} ${identity(entry.rule.target)}`);
    return { ...entry, match, hit: !asked || entry.rule === null ? '' : match ? (match.code ? 'refuses' : 'passes') : 'apart' };
  });
}

const draw = whenChanged((hits, remove) =>
  replace(byId('rules-list'), hits.length === 0
    ? element('li', { class: 'none' }, 'None: no token is revoked.')
    : hits.slice(0, 200).map((entry, index) => line(entry, () => remove(index)))));

export function showRules({ hits, unproven }, remove) {
  const shown = hits.map(({ line: text, change, mistake, match, hit }) => [text, change, mistake, match?.compared, hit, unproven]);
  draw(JSON.stringify(shown), hits, remove);
}

function line({ line: text, rule, change, mistake, match, hit }, remove) {
  return element('li', { class: 'rule', 'data-hit': hit },
    element('div', { class: 'row' },
      element('span', { class: 'what' }, rule === null ? text.slice(0, 200) : `${KINDS[rule.rule] ?? rule.rule}${timeOf(rule)}`),
      element('button', { type: 'button', class: 'quiet remove', click: remove, 'aria-label': 'Remove this rule' }, '×')),
    rule && element('div', { class: 'target' }, Object.entries(rule.target).slice(0, 12).map(([name, value]) =>
      element('span', {}, `${name} `, element('code', {}, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 160))))),
    rule?.reason && element('div', { class: 'reason' }, rule.reason.slice(0, 300)),
    mistake && element('p', { class: 'fault' }, mistake),
    change === 'clamped' && element('p', { class: 'notice' }, 'It asks for a time more than a minute ahead of the clock: it was brought down to that.'),
    hit && element('p', { class: 'hit' }, HITS[hit], match && element('span', { class: 'compared' }, withMoments(match.compared))));
}

function timeOf(rule) {
  const at = rule.at ?? rule.until;
  if (at === undefined) return rule.on === false ? ': ended' : '';
  return ` ${typeof at === 'number' ? withMoments(String(at)).replace(/^\S+ \((.*)\)$/, '$1') : String(at).replace('T', ' ').replace('Z', ' UTC')}`;
}
