// A policy is text: the library reads what was typed, digit for digit and member for member. What is parsed here is for
// the form and the words alone.

/** `{ policy, policyText }` of the text of an object, or of an object. Throws where it is neither. */
export function policyOf(given) {
  const policyText = typeof given === 'string' ? given : JSON.stringify(given ?? {}, null, 2);
  const policy = JSON.parse(policyText);
  if (policy === null || typeof policy !== 'object' || Array.isArray(policy)) throw new SyntaxError('expected an object');
  return { policy, policyText };
}

/** The members of an object that could be parsed, as `[name, text of the value]`. */
function membersOf(text) {
  const members = [];
  let depth = 0;
  let name = null;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    if (depth === 1 && name === null && token[0] === '"') name = JSON.parse(token);
    if (depth === 1 && token === ':') from = index + 1;
    if (depth === 1 && name !== null && (token === ',' || token === '}')) {
      members.push([name, text.slice(from, index).trim()]);
      name = null;
    }
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}

/** The text with one member put into it, or taken out of it where the value is undefined; the others stay as they are. */
export function withMember(text, name, value) {
  const members = membersOf(text);
  const others = members.filter(([own]) => own !== name);
  const at = members.findIndex(([own]) => own === name);
  if (value !== undefined) others.splice(at < 0 ? others.length : at, 0, [name, JSON.stringify(value)]);
  return others.length === 0 ? '{}' : `{\n${others.map(([own, json]) => `  ${JSON.stringify(own)}: ${json}`).join(',\n')}\n}`;
}

/** The text with members that it does not have, as the text of their values; behind the others, which keep their places. */
export function withUnsaid(text, unsaid) {
  const open = text.trimEnd().slice(0, -1);
  const added = Object.entries(unsaid).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
  return `${open}${added.length > 0 && open.trim() !== '{' ? ',' : ''}${added.join(',')}}`;
}

/** Is there a number whose digits a program in JavaScript or Python's floats would lose? */
export const losesDigits = (text) =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)].some(([token]) => token[0] !== '"' && String(Number(token)) !== token);
