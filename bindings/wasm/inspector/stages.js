// The eight stages as a row, and every check with what was compared.

import { byId, element, replace, whenChanged } from './element.js';
import { withMoments } from './time.js';

const STAGES = ['shape', 'header', 'key', 'signature', 'claims', 'policy', 'cutoff', 'permission'];
const SIGNS = { pass: '✓', fail: '✕', skipped: '–' };
const WORDS = { pass: 'passed', fail: 'failed', skipped: 'not checked' };

/** The checks of an answer, with the permission stage; keys that nobody gave are not checks that failed. */
function checksOf(answer, unproven) {
  if (answer === null) return [];
  const checks = answer.checks.map((check) =>
    unproven && (check.stage === 'key' || check.stage === 'signature')
      ? { ...check, outcome: 'skipped', code: null, message: null, compared: 'no keys given' }
      : check);
  const refused = answer.permission === 'fail' ? answer.rejection : null;
  const asked = answer.held ?? (answer.asks ? 'not reached' : 'nothing was asked');
  return [...checks, {
    stage: 'permission', name: 'permission', outcome: answer.permission ?? 'skipped',
    code: refused?.code ?? null, message: refused?.message ?? null, compared: asked,
  }];
}

const outcomeOf = (checks) =>
  checks.some(({ outcome }) => outcome === 'fail') ? 'fail' : checks.some(({ outcome }) => outcome === 'pass') ? 'pass' : 'skipped';

const drawStages = whenChanged((outcomes) =>
  replace(byId('stages'), outcomes.map(([stage, outcome]) =>
    element('li', { 'data-stage': stage, 'data-outcome': outcome },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[outcome]),
      element('span', {}, stage),
      element('span', { class: 'unseen' }, `: ${WORDS[outcome]}`)))));

const drawChecks = whenChanged((checks) =>
  replace(byId('checks'), checks.map(({ stage, name, outcome, code, message, compared }) =>
    element('div', { class: 'check', 'data-outcome': outcome, 'data-stage': stage, 'data-check': name },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[outcome]),
      element('span', { class: 'name' }, stage === name ? stage : `${stage}: ${name}`, element('span', { class: 'unseen' }, ` ${WORDS[outcome]}`)),
      element('span', { class: 'compared' },
        code && element('code', {}, code),
        message && element('span', { class: 'message' }, withMoments(message)),
        element('span', {}, clip(withMoments(compared) || (outcome === 'skipped' ? WORDS.skipped : 'well formed'))))))));

const clip = (text) => (text.length > 600 ? `${text.slice(0, 600)}…` : text);

export function showStages({ answer, unproven }) {
  const checks = checksOf(answer, unproven);
  const outcomes = STAGES.map((stage) => [stage, outcomeOf(checks.filter((check) => check.stage === stage))]);
  drawStages(JSON.stringify(outcomes), outcomes);
  if (!byId('checks-fold').open) return;
  drawChecks(JSON.stringify(checks), checks);
}
