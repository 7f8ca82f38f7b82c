// A private key that was pasted by mistake is not kept: its public part is enough to verify, and nothing else belongs here.

/** From its first line to its last, or to the end where that was cut off. */
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const LIKE_PRIVATE = /"(?:d|p|q|dp|dq|qi|priv)"\s*:\s*"/;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/** `{ text, said }`: the text without private parts, and a sentence where there were some (null otherwise). */
export function withoutPrivate(text) {
  if (/PRIVATE KEY-----/.test(text)) {
    return {
      text: text.replace(PEM, '').trim(),
      said: 'That was a private key in PEM: it was not kept, and taken out of this field. Paste the public key. If the private key was ever published, replace it.',
    };
  }
  let read;
  try {
    read = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return LIKE_PRIVATE.test(text) && /"kty"\s*:/.test(text)
      ? { text: '', said: 'That looked like a private key, in JSON that cannot be read: it was not kept, and this field was emptied. Paste the public key.' }
      : { text, said: null };
  }
  const parts = new Set();
  strip(read, parts);
  if (parts.size === 0) return { text, said: null };
  return {
    text: JSON.stringify(read, null, 2),
    said: `That was a private key: its private members (${[...parts].join(', ')}) were removed, the public part is kept. If the private key was ever published, replace it.`,
  };
}

/** Wherever a key stands in it. A shared secret is no private key: it is what verifies. */
function strip(value, parts) {
  if (value === null || typeof value !== 'object') return;
  if (Object.hasOwn(value, 'kty') && value.kty !== 'oct') {
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
  const open = keys.map((key) => Object.fromEntries(PUBLIC.filter((name) => Object.hasOwn(key, name)).map((name) => [name, key[name]])));
  return open.length > 0 ? JSON.stringify({ keys: open }, null, 2) : null;
}
