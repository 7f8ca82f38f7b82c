// JSON for display: keeps what `JSON.parse` loses (members that stand twice, the digits of large numbers, the order).
// It decides nothing, and gives what could be read before a mistake.

const DEPTH = 64;

class Mistake extends Error {}

/** `{ root, fault }`: one of them may be null, `fault` is a sentence. */
export function readJson(text) {
  const reader = { text, at: 0 };
  try {
    const root = value(reader, 1);
    blank(reader);
    const fault = reader.at < text.length ? `there is more after the JSON, from character ${reader.at + 1} on` : null;
    return { root, fault };
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    return { root: null, fault: mistake.message };
  }
}

/** The names that stand twice in one object, at any depth. */
export function duplicates(node, found = new Set()) {
  for (const { name, again, value: inner } of node?.members ?? []) {
    if (again) found.add(name);
    duplicates(inner, found);
  }
  for (const inner of node?.items ?? []) duplicates(inner, found);
  return found;
}

/** The first member of a name. */
export const memberOf = (node, name) => node?.members?.find((member) => member.name === name)?.value;
export const textOf = (node, name) => {
  const value = memberOf(node, name);
  return value?.kind === 'string' ? value.text : undefined;
};

function blank(reader) {
  const run = /[ \t\r\n]*/y;
  run.lastIndex = reader.at;
  reader.at += run.exec(reader.text)[0].length;
}

function fail(reader, expected) {
  throw new Mistake(`at character ${reader.at + 1}: expected ${expected}`);
}

function value(reader, depth) {
  if (depth > DEPTH) fail(reader, `at most ${DEPTH} levels`);
  blank(reader);
  const sign = reader.text[reader.at];
  if (sign === '{') return object(reader, depth);
  if (sign === '[') return array(reader, depth);
  if (sign === '"') return { kind: 'string', text: string(reader) };
  const word = /(?:true|false|null)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  word.lastIndex = reader.at;
  const found = word.exec(reader.text)?.[0];
  if (found === undefined) fail(reader, 'a value');
  reader.at += found.length;
  return { kind: /[a-z]$/.test(found) ? 'word' : 'number', text: found };
}

function object(reader, depth) {
  const members = [];
  const seen = new Set();
  list(reader, '}', () => {
    if (reader.text[reader.at] !== '"') fail(reader, 'a name in quotation marks');
    const name = string(reader);
    blank(reader);
    if (reader.text[reader.at] !== ':') fail(reader, '“:”');
    reader.at += 1;
    members.push({ name, again: seen.has(name), value: value(reader, depth + 1) });
    seen.add(name);
  });
  return { kind: 'object', members };
}

function array(reader, depth) {
  const items = [];
  list(reader, ']', () => items.push(value(reader, depth + 1)));
  return { kind: 'array', items };
}

function list(reader, end, element) {
  reader.at += 1;
  blank(reader);
  if (reader.text[reader.at] === end) {
    reader.at += 1;
    return;
  }
  for (;;) {
    blank(reader);
    element();
    blank(reader);
    const sign = reader.text[reader.at];
    if (sign !== ',' && sign !== end) fail(reader, `“,” or “${end}”`);
    reader.at += 1;
    if (sign === end) return;
  }
}

function string(reader) {
  const start = reader.at;
  let at = start + 1;
  for (;;) {
    const quote = reader.text.indexOf('"', at);
    if (quote < 0) fail(reader, 'the end of a string');
    let back = quote - 1;
    while (reader.text[back] === '\\') back -= 1;
    at = quote + 1;
    if ((quote - back) % 2 === 1) break;
  }
  reader.at = at;
  const raw = reader.text.slice(start, at);
  try {
    return JSON.parse(raw);
  } catch {
    return raw.slice(1, -1);
  }
}
