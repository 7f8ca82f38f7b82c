// A private key that was pasted by mistake is not kept: its public part is enough to verify, and nothing else belongs here.

/** From its first line to its last, or to the end where that was cut off. */
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'];

/** `{ text, said }`: the text without private parts, and a sentence where there were some (null otherwise). */
export function withoutPrivate(text) {
  if (/PRIVATE KEY-----/.test(text)) {
    return {
      text: text.replace(PEM, '').trim(),
      said: 'That was a private key in PEM: it was not kept, and taken out of this field. Paste the public key. If the private key was ever published, replace it.',
    };
  }
  if (!/^\s*\{/.test(text)) return { text, said: null };
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    return { text, said: null };
  }
  const keys = Array.isArray(read.keys) ? read.keys : [read];
  const parts = keys.flatMap(strip);
  if (parts.length === 0) return { text, said: null };
  return {
    text: JSON.stringify(read, null, 2),
    said: `That was a private key: its private members (${[...new Set(parts)].join(', ')}) were removed, the public part is kept. If the private key was ever published, replace it.`,
  };
}

function strip(key) {
  if (key === null || typeof key !== 'object' || key.kty === 'oct') return [];
  const held = PRIVATE.filter((name) => Object.hasOwn(key, name));
  for (const name of held) delete key[name];
  return held;
}

/** Does a text of keys hold a shared secret? Such a text never goes into a link. */
export function holdsSecret(text) {
  return /"kty"\s*:\s*"oct"/.test(text) || /"k"\s*:/.test(text) || !/^\s*(\{|-----BEGIN )/.test(text);
}
