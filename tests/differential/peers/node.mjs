// Decides tokens as a library of Node does: `node.mjs WHO FOLDER`. Reads `FOLDER/sets.json` and `FOLDER/cases.jsonl`, prints an
// answer a line: `accept` with the place of the key and what was read, `reject` with what was wrong, `not asked` with what is missing.
import { createHash, createPublicKey, createSecretKey } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// The versions that `bench` pins.
const pinned = createRequire(new URL('../../../bench/node/package.json', import.meta.url));
const { createVerifier } = pinned('fast-jwt');
const jsonwebtoken = pinned('jsonwebtoken');
const { importJWK, jwtVerify } = await import(pathToFileURL(pinned.resolve('jose')));

const HMAC = ['HS256', 'HS384', 'HS512'];
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ECDSA = ['ES256', 'ES384', 'ES512'];
const MOST_KEPT = 10_000;

/** What a function made of its arguments, as long as there is room. A failure is kept too. */
function kept(make) {
  let known = new Map();
  return (name, ...given) => {
    if (known.size > MOST_KEPT) known = new Map();
    if (!known.has(name)) known.set(name, make(...given));
    return known.get(name);
  };
}

const parsed = (jwk) => (jwk.kty === 'oct' ? createSecretKey(Buffer.from(jwk.k, 'base64url')) : createPublicKey({ key: jwk, format: 'jwk' }));

/** A library: the algorithms that it has, a key for a token, and the decision, which throws. */
const PEERS = {
  'jose': {
    algorithms: [...HMAC, ...RSA, ...ECDSA, 'EdDSA', 'Ed25519'],
    key: (jwk, algorithm) => importJWK(jwk, algorithm),
    decide: async (token, key, algorithms, asked, now) => (await jwtVerify(token, key, {
      algorithms, issuer: asked.issuer ?? undefined, audience: asked.audience ?? undefined, typ: asked.typ ?? undefined,
      maxTokenAge: asked.max_age ?? undefined, clockTolerance: asked.leeway, requiredClaims: asked.required, currentDate: new Date(now),
    })).payload,
  },
  'fast-jwt': {
    algorithms: [...HMAC, ...RSA, ...ECDSA, 'EdDSA'],
    key: (jwk) => (jwk.kty === 'oct' ? Buffer.from(jwk.k, 'base64url') : parsed(jwk).export({ type: 'spki', format: 'pem' })),
    verifier: kept((key, algorithms, asked, now) => createVerifier({
      key, algorithms, allowedIss: asked.issuer ?? undefined, allowedAud: asked.audience ?? undefined, checkTyp: asked.typ ?? undefined,
      maxAge: asked.max_age === null ? undefined : asked.max_age * 1000, clockTolerance: asked.leeway * 1000, requiredClaims: asked.required,
      clockTimestamp: now, cache: false,
    })),
    decide(token, key, algorithms, asked, now, name) {
      return this.verifier(`${name} ${algorithms} ${now}`, key, algorithms, asked, now)(token);
    },
  },
  'jsonwebtoken': {
    algorithms: [...HMAC, ...RSA, ...ECDSA],
    key: parsed,
    decide: (token, key, algorithms, asked, now) => jsonwebtoken.verify(token, key, {
      algorithms, issuer: asked.issuer ?? undefined, audience: asked.audience ?? undefined, maxAge: asked.max_age ?? undefined,
      clockTolerance: asked.leeway, clockTimestamp: Math.floor(now / 1000),
    }),
  },
};

/** Of `iss`, `sub`, `aud` as a list, `jti` and the second in which `exp` lies: as all workers write it. */
function digest({ iss, sub, aud, jti, exp }) {
  const seen = [iss, sub, typeof aud === 'string' ? [aud] : aud, jti, typeof exp === 'number' ? Math.floor(exp) : exp];
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 12);
}

function word({ code, claim, name, message }) {
  const told = typeof code === 'string' ? [code, claim] : [name, message?.slice(0, 60)];
  return told.filter(Boolean).join(' ').replaceAll(/\s+/g, ' ');
}

async function answer(peer, sets, keys, { token, keys: set, policy, now, algorithm, candidates }) {
  const asked = sets.asked[policy];
  if (algorithm && !peer.algorithms.includes(algorithm)) return 'not asked\tits algorithm';
  let [refusal, unread] = ['reject\tno key', false];
  for (const [place, names] of candidates) {
    const algorithms = names.filter((name) => peer.algorithms.includes(name));
    if (algorithms.length === 0) continue;
    const using = algorithms.includes(algorithm) ? algorithm : algorithms[0];
    const name = `${set} ${place} ${using}`;
    const key = await keys(name, sets.jwks[set][place], using);
    if (key === null) {
      unread = true;
      continue;
    }
    try {
      const claims = await peer.decide(token, key, algorithms, asked, now, `${name} ${policy}`);
      return `accept\t${place}\t${digest(claims)}`;
    } catch (fault) {
      refusal = `reject\t${word(fault)}`;
    }
  }
  return unread ? 'not asked\ta key that it does not read' : refusal;
}

const [who, folder] = process.argv.slice(2);
const peer = PEERS[who];
const sets = JSON.parse(readFileSync(`${folder}/sets.json`, 'utf8'));
const keys = kept(async (jwk, algorithm) => {
  try {
    return await peer.key(jwk, algorithm);
  } catch {
    return null;
  }
});
let lines = [];
for await (const line of createInterface({ input: createReadStream(`${folder}/cases.jsonl`), crlfDelay: Infinity })) {
  lines.push(await answer(peer, sets, keys, JSON.parse(line)));
  if (lines.length === 1000) {
    process.stdout.write(`${lines.join('\n')}\n`);
    lines = [];
  }
}
process.stdout.write(lines.map((line) => `${line}\n`).join(''));
