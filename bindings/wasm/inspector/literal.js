// Text and values as literals of Rust, Python and JavaScript. What a person pasted must stay text in all three, also to
// the eye: controls and signs that turn the direction of text are escaped.

const HIDDEN = /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e0fff}]/gu;

const ESCAPES = {
  rust: (code) => `\\u{${code.toString(16)}}`,
  python: (code) => (code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`),
  node: (code) => (code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`),
};

/** As a person would write it: JSON inside a literal stays readable where the language has a way. */
export function quoted(text, language) {
  const plain = !/[\\\n]/.test(text) && text.search(HIDDEN) < 0;
  if (language === 'rust' && plain && text.includes('"') && !text.includes('"#')) return `r#"${text}"#`;
  const sign = language === 'node' || (language === 'python' && text.includes('"') && !text.includes("'")) ? "'" : '"';
  const escaped = text.toWellFormed()
    .replace(/\\/g, '\\\\')
    .replaceAll(sign, `\\${sign}`)
    .replace(/\n/g, '\\n')
    .replace(HIDDEN, (hidden) => ESCAPES[language](hidden.codePointAt(0)));
  return `${sign}${escaped}${sign}`;
}

const WORDS = { rust: { null: 'null', true: 'true', false: 'false' }, python: { null: 'None', true: 'True', false: 'False' }, node: { null: 'null', true: 'true', false: 'false' } };

/** A JSON value; in Rust as `json!` of serde_json takes it. */
export function literal(value, language) {
  if (typeof value === 'string') return quoted(value, language);
  if (value === null || typeof value === 'boolean') return WORDS[language][value];
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, language)).join(', ')}]`;
  const members = Object.entries(value).map(([name, inner]) => `${nameOf(name, language)}: ${literal(inner, language)}`);
  return members.length === 0 ? '{}' : language === 'python' ? `{${members.join(', ')}}` : `{ ${members.join(', ')} }`;
}

/** In JavaScript `__proto__: x` would not be a member. */
const nameOf = (name, language) => (language === 'node' && name === '__proto__' ? "['__proto__']" : quoted(name, language));
