// The same call in Rust, Python and Node: the policy as typed, keys and secrets read from files, never written out.

import { isState } from './asking.js';
import { literal, quoted } from './literal.js';
import { losesDigits } from './policy-text.js';

const RUST = {
  algorithms: { HS256: 'Hs256', HS384: 'Hs384', HS512: 'Hs512', RS256: 'Rs256', RS384: 'Rs384', RS512: 'Rs512', PS256: 'Ps256', PS384: 'Ps384', PS512: 'Ps512', ES256: 'Es256', ES384: 'Es384', EdDSA: 'EdDsa', Ed25519: 'EdDsa' },
  // By the value: what is the default is not written.
  flags: {
    missing_exp: { accept: '.accept_missing_exp()' }, missing_iat: { accept: '.accept_missing_iat()' },
    same_second: { accept: '.same_second(lowwater::SameSecond::Accept)' },
    missing_auth_time: { refuse: '.missing_auth_time(lowwater::MissingAuthTime::Refuse)' }, allow_padding: { true: '.allow_padding()' },
  },
};
/** Stands for what nobody said. It must not become “any” in somebody's program. */
const UNSAID = Symbol('unsaid');
const REQUIREMENT = ['scopes', 'anyScope', 'permissions', 'anyPermission', 'subject', 'confirmation'];
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
const listOf = (value) => (Array.isArray(value) ? value : [value]);
const object = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** `keys`: `jwks`, `pem` or `secret`. `policy` as its JSON; `assumed` are the members that nobody said. */
export function codeOf(language, { mistake = null, policy, policyText = '{}', keys, rules, requirement }) {
  if (mistake !== null) return 'The policy or a rule has a mistake: there is no code for it.';
  if (losesDigits(policyText)) return 'A number of this policy would lose digits in code: keep the policy as JSON, and read it with\nPolicy::from_json (Rust), Validator.from_json (Python) or Validator.fromJson (Node).';
  const whole = { issuer: UNSAID, audience: UNSAID, algorithms: UNSAID, ...policy };
  const asked = Object.fromEntries(REQUIREMENT.filter((name) => Object.hasOwn(requirement, name)).map((name) => [name, requirement[name]]));
  return { rust, python, node }[language](whole, keys, rules, asked);
}

function rust(policy, keys, rules, requirement) {
  const short = policy.allow_short_secret === true;
  const file = short ? 'KeySet::builder().allow_short_secrets().read(&std::fs::read("jwks.json")?)?.build()?' : 'KeySet::read(&std::fs::read("jwks.json")?)?';
  const read = {
    jwks: file,
    pem: file.replace('jwks.json', 'key.pem'),
    secret: `KeySet::from_keys([Key::${short ? 'from_short_secret' : 'from_secret'}(&std::fs::read("secret.bin")?)?])?`,
  }[keys];
  const lines = Object.entries(policy).flatMap(([name, value]) => rustMember(name, value));
  return [
    `use lowwater::{${['Algorithm', 'Cutoffs', keys === 'secret' ? 'Key' : '', 'KeySet', Object.keys(requirement).length > 0 ? 'Requirement' : '', rules.some((rule) => !isState(rule)) ? 'Rule' : '', 'Validator'].filter(Boolean).join(', ')}};`,
    '',
    'let validator = Validator::builder()',
    ...lines.map((line) => `    ${line}`),
    `    .keys(${read})`,
    '    .build()?;',
    `let ${rules.length > 0 ? 'mut ' : ''}cutoffs = Cutoffs::local();`,
    'let now = lowwater_edge::now();',
    ...rules.map((rule) => (isState(rule) ? 'cutoffs.load_json_lines(&std::fs::read_to_string("rules.jsonl")?)?;' : `cutoffs.apply(Rule::from_json(${quoted(rule, 'rust')})?, now)?;`)),
    '',
    'let accepted = validator.validate(validator.bearer(authorization)?, &cutoffs, now)?;',
    ...(Object.keys(requirement).length > 0 ? [`accepted.require(&Requirement::new()${Object.entries(requirement).map(([name, value]) => `.${name.replace(/[A-Z]/g, (sign) => `_${sign.toLowerCase()}`)}(${literal(value, 'rust')})`).join('')})?;`] : []),
  ].join('\n');
}

function rustMember(name, value) {
  const text = (inner) => quoted(String(inner), 'rust');
  if (value === UNSAID) return [`.${name}(/* which your API expects */)`];
  if (name === 'algorithms') return [`.algorithms([${listOf(value).map((algorithm) => (Object.hasOwn(RUST.algorithms, algorithm) ? `Algorithm::${RUST.algorithms[algorithm]}` : '/* an unknown one */')).join(', ') || '/* which your API expects */'}])`];
  if (name === 'issuer' || name === 'audience') return value === 'any' ? [`.any_${name}()`] : listOf(value).map((inner) => `.${name}(${text(inner)})`);
  if (Object.hasOwn(RUST.flags, name)) return Object.hasOwn(RUST.flags[name], String(value)) ? [RUST.flags[name][value]] : [];
  if (name === 'max_lifetime' && value === 'unbounded') return ['.unbounded_lifetime()'];
  if (['leeway', 'max_lifetime', 'max_age', 'max_session'].includes(name)) return [`.${name}(std::time::Duration::${Number.isInteger(value) ? `from_secs(${value})` : `from_secs_f64(${literal(value, 'rust')})`})`];
  if (name === 'token_type') return value === 'default' ? [] : [`.token_type(lowwater::TokenType::${value === 'strict' ? 'Strict' : value === 'any' ? 'Any' : `OneOf(vec![${listOf(value).map((inner) => `${text(inner)}.into()`).join(', ')}])`})`];
  if (name === 'required') return listOf(value).map((inner) => `.required(${text(inner)})`);
  if (name === 'claim_equals') return object(value) ? Object.entries(value).map(([claim, inner]) => `.claim_equals(${text(claim)}, serde_json::json!(${literal(inner, 'rust')}))`) : [];
  if (name === 'max_token_bytes') return [`.max_token_bytes(${literal(value, 'rust')})`];
  return ['tenant_claim', 'device_claim', 'realm', 'resource_metadata'].includes(name) ? [`.${name}(${text(value)})`] : [];
}

/** Members that a policy has, with `any` as each language says it; what is no member of a policy is not written. */
function options(policy, language, any) {
  const known = ['issuer', 'audience', 'algorithms', 'token_type', 'leeway', 'max_lifetime', 'max_age', 'max_session', 'missing_exp', 'missing_iat', 'same_second', 'missing_auth_time', 'required', 'claim_equals', 'tenant_claim', 'device_claim', 'max_token_bytes', 'allow_padding', 'allow_short_secret', 'realm', 'resource_metadata'];
  return known.filter((name) => policy[name] !== undefined).map((name) => {
    if (policy[name] === UNSAID) return [name, language === 'python' ? '...' : 'undefined'];
    const spoken = policy[name] === 'any' && ['issuer', 'audience', 'token_type'].includes(name);
    return [name, spoken ? any : literal(policy[name], language)];
  });
}

function python(policy, keys, rules, requirement) {
  const secret = policy.allow_short_secret === true ? 'from_short_secret' : 'from_secret';
  const read = { jwks: 'open("jwks.json").read()', pem: 'open("key.pem").read()', secret: `lowwater.Key.${secret}(open("secret.bin", "rb").read())` }[keys];
  return [
    'import lowwater',
    '',
    'validator = lowwater.Validator(',
    ...options(policy, 'python', 'lowwater.ANY').map(([name, value]) => `    ${name}=${value},${value === '...' ? '  # which your API expects' : ''}`),
    `    keys=${read},`,
    ')',
    'cutoffs = lowwater.Cutoffs()',
    ...rules.map((rule) => (isState(rule) ? 'cutoffs.load_json_lines(open("rules.jsonl").read())' : `cutoffs.apply(${quoted(rule, 'python')})`)),
    '',
    'accepted = validator.validate(validator.bearer(authorization), cutoffs)',
    ...(Object.keys(requirement).length > 0 ? [`accepted.require(${Object.entries(requirement).map(([name, value]) => `${name.replace(/[A-Z]/g, (sign) => `_${sign.toLowerCase()}`)}=${literal(value, 'python')}`).join(', ')})`] : []),
  ].join('\n');
}

function node(policy, keys, rules, requirement) {
  const secret = policy.allow_short_secret === true ? 'fromShortSecret' : 'fromSecret';
  const read = { jwks: "readFileSync('jwks.json', 'utf8')", pem: "readFileSync('key.pem', 'utf8')", secret: `Key.${secret}(readFileSync('secret.bin'))` }[keys];
  const given = options(policy, 'node', 'ANY');
  const names = [given.some(([, value]) => value === 'ANY') && 'ANY', 'Cutoffs', keys === 'secret' && 'Key', 'Validator'].filter(Boolean);
  return [
    "import { readFileSync } from 'node:fs';",
    `import { ${names.join(', ')} } from 'lowwater';`,
    '',
    'const validator = new Validator({',
    ...given.map(([name, value]) => `  ${camel(name)}: ${value},${value === 'undefined' ? ' // which your API expects' : ''}`),
    `  keys: ${read},`,
    '});',
    'const cutoffs = new Cutoffs();',
    ...rules.map((rule) => (isState(rule) ? "cutoffs.loadJsonLines(readFileSync('rules.jsonl', 'utf8'));" : `cutoffs.apply(${quoted(rule, 'node')});`)),
    '',
    'const accepted = validator.validate(validator.bearer(request.headers.authorization), cutoffs);',
    ...(Object.keys(requirement).length > 0 ? [`accepted.require({ ${Object.entries(requirement).map(([name, value]) => `${name}: ${literal(value, 'node')}`).join(', ')} });`] : []),
  ].join('\n');
}
