// Reads vectors (tests/README.md tells their format), and keeps the text of every object: the digits of numbers matter,
// and members that stand there twice.
import { Key, KeySet } from '../index.mjs';

const TEXTS = new WeakMap();

/** The JSON that an object or array was read from. */
export const textOf = (value) => TEXTS.get(value);

function parse(text, tokens) {
  const { 0: token, index } = tokens.pop();
  if (token !== '{' && token !== '[') return JSON.parse(token);
  const all = [];
  while (!'}]'.includes(tokens.at(-1)[0])) all.push(parse(text, tokens));
  const pairs = () => all.flatMap((name, place) => (place % 2 === 0 ? [[name, all[place + 1]]] : []));
  const value = token === '[' ? all : Object.fromEntries(pairs());
  TEXTS.set(value, text.slice(index, tokens.pop().index + 1));
  return value;
}

export function read(text) {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s{}[\]:,"]+/g)];
  return parse(text, tokens.reverse());
}

/** The members that are there. */
export const some = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** Canonical or not: what a secret is, is no question of this format. */
const bytes = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));

export function keySet({ jwks, text, secrets = [], pems = [] }, allowShortSecret = false) {
  // Which length a secret needs is known once its algorithm is.
  const secret = allowShortSecret ? Key.fromShortSecret : Key.fromSecret;
  const named = ({ kid, alg }) => some({ id: kid, algorithm: alg });
  const keys = secrets.map((one) => secret(bytes(one.base64url), named(one)));
  keys.push(...pems.map((one) => Key.fromPem(one.pem, named(one))));
  const texts = [textOf(jwks), text].filter((one) => one !== undefined);
  const sets = texts.map((one) => KeySet.fromJwks(one, { allowShortSecret }));
  if (keys.length > 0 || sets.length === 0) sets.push(new KeySet(keys));
  return sets.reduce((all, set) => all.union(set));
}
