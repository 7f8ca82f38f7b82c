// What people paste is seldom only a token: this finds it, and says in words what was taken.

const NAMES = ['access_token', 'accessToken', 'id_token', 'idToken', 'token', 'jwt'];
const JOINED = /^[\w\-+/]*={0,2}(?:\.[\w\-+/]*={0,2}){2,}$/;

/** Has it the parts of a token: three, or the five of an encrypted one? */
export const isJoined = (text) => JOINED.test(text) && [3, 5].includes(text.split('.', 7).length);

/**
 * `{ token, from, header, odd }`, or null where nothing was pasted. `from` is null where the text was the token and nothing
 * else; `header` is the value of an `Authorization` header as it would be sent, where one was pasted; `odd` is what the text
 * seems to be where no token is in it.
 */
export function findToken(pasted) {
  const text = pasted.trim();
  if (text === '') return null;
  const [header, from] = headerOf(text);
  const found = inHeader(header, from) ?? inJson(text) ?? inAddress(text) ?? afterBearer(text) ?? several(text) ?? alone(text) ?? within(text);
  return { odd: null, header, ...(found ?? { token: text, from: null, odd: looks(text) }) };
}

const HEADERS = [
  [/^authorization\s*:[ \t]*([^\n]*)$/i, 'the token of an Authorization header'],
  [/^authorization\s*\n([^\n]*)$/i, 'the token of an Authorization header'],
  [/["']authorization\s*:[ \t]*([^"'\n]*)["']/i, 'the bearer token of a command'],
  [/["']authorization["']\s*:\s*["']([^"'\n]*)["']/i, 'the token of an Authorization header'],
  [/\s-H\s*authorization:(\S*)/i, 'the bearer token of a command'],
];
const AMONG_OTHERS = /^[> \t]*authorization\s*:[ \t]*([^\n]*)$/im;
const OTHERS = /^[> \t]*(?!authorization\b)[\w-]{1,100}:[ \t]|^[> \t]*(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)[ \t]/im;

/** The value of a header, as it would be sent; a line alone that goes on below was broken when it was copied. */
function headerOf(text) {
  for (const [pattern, from] of HEADERS) {
    const found = pattern.exec(text);
    if (found !== null) return [found[1].trim(), /\bcurl\b/i.test(text.slice(0, found.index)) ? 'the bearer token of a curl command' : from];
  }
  const among = OTHERS.test(text) ? AMONG_OTHERS.exec(text) : null;
  if (among !== null) return [among[1].trim(), 'the token of an Authorization header'];
  return /^bearer[ \t][^\n]*$/i.test(text) && (text.split(/[ \t]+/, 2)[1] ?? '').split('.', 3).length > 2 ? [text, 'what follows “Bearer”'] : [null, null];
}

/** What stands there, to the letter: the library says whether it is one token. */
function inHeader(header, from) {
  if (header === null) return null;
  const sent = /^bearer[ \t]+(\S+)$/i.exec(header);
  return sent === null ? within(header) ?? { token: header, from } : { token: sent[1], from };
}

function looks(text) {
  if (/^https?:\/\//i.test(text)) return 'This is an address, not a token.';
  if (/^<[!?\w]/.test(text)) return 'This is a page (HTML or XML), not a token.';
  if (/^[[{]/.test(text)) return 'This is JSON, without a token under one of the usual names: access_token, id_token, token, jwt.';
  return /\s/.test(text) ? 'This is text without a token in it.' : null;
}

/** Tokens beside each other are not one that was broken over lines. */
function several(text) {
  const words = text.slice(0, 100_000).split(/\s+/);
  const whole = (word) => isJoined(word) && !/^\.|\.\./.test(word);
  return words.length > 1 && words.every(whole) ? { token: words[0], from: `the first of ${words.length} tokens` } : null;
}

/** In words, or broken over lines. */
function afterBearer(text) {
  for (const found of [...text.slice(0, 100_000).matchAll(/\bbearer\b[ \t]+["']?/gi)].slice(0, 8)) {
    const quoted = text.slice(found.index + found[0].length).split(/["'`]/, 1)[0].replace(/\\\n/g, '').trim();
    const joined = unbroken(quoted);
    const token = joined !== null && isJoined(joined) ? joined : (/^\S*/.exec(quoted)?.[0] ?? '');
    if (!isJoined(token)) continue;
    const ahead = text.slice(0, found.index);
    const header = /authorization\s*:\s*$/i.test(ahead) ? 'the token of an Authorization header' : 'what follows “Bearer”';
    return { token, from: /\bcurl\b/i.test(ahead) ? 'the bearer token of a curl command' : header };
  }
  return null;
}

/** The answer of a token endpoint, or any object that holds a token by one of the usual names. */
function inJson(text) {
  if (!/^[[{]/.test(text)) return null;
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  for (const name of NAMES) {
    const token = member(read, name, 0);
    if (token !== undefined) return { token: token.trim(), from: `the member “${name}” of JSON` };
  }
  return null;
}

function member(value, name, depth) {
  if (value === null || typeof value !== 'object' || depth > 4) return undefined;
  if (!Array.isArray(value) && typeof value[name] === 'string') return value[name];
  for (const inner of Object.values(value).slice(0, 100)) {
    const found = member(inner, name, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inAddress(text) {
  for (const name of ['access_token', 'id_token', 'token', 'jwt']) {
    const found = new RegExp(`[?&#]${name}=([^&#\\s"']+)`).exec(text);
    if (found !== null) return { token: found[1], from: `the parameter “${name}” of an address` };
  }
  return null;
}

/** Without the quotes and commas around it: from the ends inwards, for a pattern would try each place. */
function withoutEnds(text) {
  let end = text.length;
  while (end > 0 && '"\'`,;'.includes(text[end - 1])) end -= 1;
  return text.slice('"\'`'.includes(text[0]) ? 1 : 0, end);
}

/** How long signatures are in base64url: of HMACs and elliptic curves, of RSA with 2048, 3072 and 4096 bits. */
const SIGNATURES = new Set([43, 64, 86, 128, 342, 512, 683]);

/** A token that was broken over lines, whole again; null where words stand behind a token. */
function unbroken(text) {
  const words = text.split(/\s+/);
  const [, , signature, more] = words[0].split('.', 4);
  if (words.length === 1 || signature === undefined) return words.join('');
  const rest = words.slice(1);
  const goesOn = rest.every((word) => /^[\w-]+$/.test(word)) && SIGNATURES.has(signature.length + rest.join('').length);
  const whole = more === undefined && SIGNATURES.has(signature.length) && !goesOn;
  const lines = text.split(/\s*\n\s*/).every((line) => !/\s/.test(line));
  return lines && !whole ? words.join('') : null;
}

/** A token and nothing else, perhaps in quotes or broken over lines. */
function alone(text) {
  const bare = withoutEnds(text);
  const joined = unbroken(bare);
  if (joined === null || !JOINED.test(joined)) return null;
  if (joined !== bare && !/^e[yw]/.test(bare)) return null; // a header's first bytes; else it is a sentence with dots
  if (joined !== bare) return { token: joined, from: 'the text without its white space and line breaks' };
  return { token: bare, from: bare === text ? null : 'the text without its quotation marks' };
}

/** Word by word: one pattern over a long text would try each of its beginnings. */
function within(text) {
  for (const [word] of text.matchAll(/[\w.-]+/g)) {
    const start = word.indexOf('eyJ');
    const token = start < 0 ? '' : word.slice(start).replace(/\.$/, '');
    const dots = token.split('.', 6).length - 1;
    if (dots === 2 || dots === 4) return { token, from: 'the first thing in the text that looks like a token' };
  }
  return null;
}
