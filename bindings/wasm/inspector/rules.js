// The rules that were given, which of them hit this token, and a button to take each away.

import { byId, element, replace, whenChanged } from './element.js';
import { withMoments } from './time.js';

const KINDS = {
  issued_before: 'no token issued before', authenticated_before: 'no login before', revoked: 'revoked until', suspended: 'suspended',
};
const HITS = { refuses: '✕ refuses this token', passes: '✓ names this token, lets it pass', apart: '– is not about this token', '': '' };

const draw = whenChanged((hits, remove) =>
  replace(byId('rules-list'), hits.length === 0
    ? element('li', { class: 'none' }, 'No rules: nothing is revoked.')
    : hits.slice(0, 200).map((entry) => line(entry, () => remove(entry.place)))));

export function showRules({ hits, unproven }, remove) {
  const shown = hits.map(({ place, text, rule, change, mistake, match, hit }) => [place, text.length, rule, change, mistake, match?.compared, hit, unproven]);
  draw(JSON.stringify(shown), hits, remove);
}

function line({ text, state, rule, change, mistake, match, hit }, remove) {
  if (state && rule !== null) return row(null, rule, change, mistake, match, hit);
  const what = state ? 'A written state: the rules below, and what it has forgotten' : text;
  return row(remove, rule, change, mistake, match, hit, what);
}

function row(remove, rule, change, mistake, match, hit, text) {
  return element('li', { class: 'rule', 'data-hit': hit },
    element('div', { class: 'row' },
      element('span', { class: 'what' }, rule === null ? text.slice(0, 200) : `${KINDS[rule.rule] ?? rule.rule}${timeOf(rule)}`),
      remove && element('button', { type: 'button', class: 'quiet remove', click: remove, 'aria-label': rule === null ? 'Remove these rules' : 'Remove this rule' }, '×')),
    rule && element('div', { class: 'target' }, Object.entries(rule.target).slice(0, 12).map(([name, value]) =>
      element('span', {}, `${name} `, element('code', {}, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 160))))),
    (rule?.reason ?? rule?.id) !== undefined && element('div', { class: 'reason' }, [rule.id, rule.reason].filter((words) => typeof words === 'string').join(': ').slice(0, 300)),
    mistake && element('p', { class: 'fault' }, mistake),
    change === 'clamped' && element('p', { class: 'notice' }, 'It asks for a time more than a minute ahead of the clock: it was brought down to that.'),
    hit && element('p', { class: 'hit' }, HITS[hit], match && element('span', { class: 'compared' }, withMoments(match.compared))));
}

function timeOf(rule) {
  const at = rule.at ?? rule.until;
  if (at === undefined) return rule.on === false ? ': ended' : '';
  return ` ${typeof at === 'number' ? withMoments(String(at)).replace(/^\S+ \((.*)\)$/, '$1') : String(at).replace('T', ' ').replace('Z', ' UTC')}`;
}
