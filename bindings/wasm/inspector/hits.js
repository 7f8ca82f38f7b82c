// Which of the rules that were given hit this token, as the library's explanation tells.

/** Objects with the same members, in whatever order, are the same target. */
const identity = (value) =>
  JSON.stringify(value, (_, inner) => (inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));

/** Rules of one kind and target are asked as one; of so many each is asked by itself, at most. */
const ASKED_ALONE = 40;

/**
 * Each entry with `hit`: `refuses`, `passes`, `apart`, or empty where there is no token to ask about. `alone` asks what a
 * rule by itself does.
 */
export function hitsOf(entries, answer, alone) {
  const asked = answer?.checks.some(({ stage, outcome }) => stage === 'cutoff' && outcome !== 'skipped');
  if (!asked) return entries.map((entry) => ({ ...entry, hit: '' }));
  const name = ({ rule }) => `${rule.rule} ${identity(rule.target)}`;
  const matches = new Map(answer.rules.map((match) => [`${match.rule} ${identity(match.target)}`, match]));
  const matched = entries.map((entry) => (entry.rule === null ? null : name(entry)));
  const twins = new Set(matched.filter((one, place) => matches.has(one) && matched.indexOf(one) !== place).slice(0, ASKED_ALONE));
  return entries.map((entry, place) => {
    const match = twins.has(matched[place]) ? alone(entry.own) : matches.get(matched[place]);
    return { ...entry, match, hit: entry.rule === null ? '' : match ? (match.code ? 'refuses' : 'passes') : 'apart' };
  });
}
