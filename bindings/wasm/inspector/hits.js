// Which of the rules that were given hit this token, as the library's explanation tells.

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
