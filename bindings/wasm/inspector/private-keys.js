// A private key that was pasted by mistake is not kept: its public part is enough to verify, and nothing else belongs here.

/** From its first line to its last, or to the end where that was cut off. */
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/gi;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];
const LIKE_PRIVATE = /(?<![\w$])["']?(?:d|p|q|dp|dq|qi|priv)["']?\s*:\s*["']/;
const LIKE_KEY = /(?<![\w$])["']?(?:kty|crv)["']?\s*:/;
/** No set of keys nests deeper, and what reads it calls itself. */
const LEVELS = 64;

const LOST = 'If the private key was ever published, replace it.';

/** `{ text, said }`: the text without private parts, and a sentence where there were some (null otherwise). */
export function withoutPrivate(text) {
  const rest = text.replace(PEM, '');
  if (/PRIVATE KEY( BLOCK)?-/i.test(rest)) return { text: '', said: `That looked like a private key, cut off or changed: it was not kept, and this field was emptied. Paste the public key. ${LOST}` };
  const { text: left, said } = inJson(rest);
  return rest === text ? { text: left, said } : { text: left.trim(), said: `That was a private key in PEM: it was not kept, and taken out of this field. Paste the public key. ${LOST}` };
}

function inJson(text) {
  let read;
  try {
    if (levels(text) > LEVELS) throw new RangeError();
    read = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    const plain = text.replace(/\\u00([0-7][0-9a-f])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
    return LIKE_PRIVATE.test(plain) && LIKE_KEY.test(plain)
      ? { text: '', said: `That looked like a private key, in JSON that cannot be read: it was not kept, and this field was emptied. Paste the public key. ${LOST}` }
      : { text, said: null };
  }
  const parts = new Set();
  strip(read, parts);
  if (parts.size === 0) return { text, said: null };
  return {
    text: JSON.stringify(read, null, 2),
    said: `That was a private key: its private members (${[...parts].join(', ')}) were removed, the public part is kept. ${LOST}`,
  };
}

/** How deep brackets nest, at most. Those in strings count too: it is a bound. */
function levels(text) {
  let [level, most] = [0, 0];
  for (const sign of text) {
    if (sign === '[' || sign === '{') most = Math.max(most, (level += 1));
    else if (sign === ']' || sign === '}') level -= 1;
  }
  return most;
}

/** Wherever a key stands in it. A shared secret is no private key: it is what verifies. */
function strip(value, parts) {
  if (value === null || typeof value !== 'object') return;
  if ((Object.hasOwn(value, 'kty') || Object.hasOwn(value, 'crv')) && value.kty !== 'oct') {
    for (const name of PRIVATE.filter((name) => Object.hasOwn(value, name))) {
      delete value[name];
      parts.add(name);
    }
  }
  for (const inner of Object.values(value)) strip(inner, parts);
}

const PUBLIC = ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e'];

/** What of a text of keys may go into a link: the public members of its public keys, written anew; null where there is none. */
export function publicPart(text) {
  if (/^\s*-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]*-----END (RSA )?PUBLIC KEY-----\s*$/.test(text)) return text;
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  const keys = (Array.isArray(read?.keys) ? read.keys : [read]).filter((key) => ['RSA', 'EC', 'OKP'].includes(key?.kty));
  const plain = (value) => typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
  const open = keys.map((key) => Object.fromEntries(PUBLIC.filter((name) => Object.hasOwn(key, name) && plain(key[name])).map((name) => [name, key[name]])));
  return open.length > 0 ? JSON.stringify({ keys: open }, null, 2) : null;
}
