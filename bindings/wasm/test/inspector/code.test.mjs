// The code to copy: it runs, it decides what the page decides, and whatever was typed stays text in it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { give, inspect, link, settle, text, verdict } from './page.mjs';
import { AUDIENCE, GOOD, ISSUER, JWKS, NOW, POLICY, SECRET, TOKEN, claims, es256, hs256, pair, pem } from './tokens.mjs';

const folder = mkdtempSync(join(tmpdir(), 'inspector-code-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'jwks.json'), JWKS);
writeFileSync(join(folder, 'key.pem'), pem(pair));
writeFileSync(join(folder, 'secret.bin'), SECRET);

async function shown(page, language) {
  await page.click(`[data-language="${language}"]`);
  assert.equal(await page.getAttribute(`[data-language="${language}"]`, 'aria-pressed'), 'true');
  return page.textContent('#code-text');
}

/** Runs the code of Node with this package for `lowwater`; what it accepts, or the code of what it throws. */
function runNode(code, token) {
  const file = join(folder, 'copied.mjs');
  const heard = code.replace("from 'lowwater';", `from ${JSON.stringify(import.meta.resolve('lowwater-wasm'))};`);
  writeFileSync(file, `const request = { headers: { authorization: 'Bearer ${token}' } };\n${heard}\nconsole.log(accepted.subject);\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : (/code: '(\w+)'/.exec(stderr)?.[1] ?? stderr);
}

/** What the Python says, read as syntax: the options of `Validator`, the rules, what is required; nothing else is there. */
const READER = `
import ast, json, sys
body = ast.parse(sys.stdin.read()).body
value = lambda node: 'any' if ast.unparse(node) == 'lowwater.ANY' else ast.unparse(node) if isinstance(node, ast.Call) else ast.literal_eval(node)
given = lambda call: {word.arg: value(word.value) for word in call.keywords}
call = lambda line: line.value
print(json.dumps({
  'options': given(call(body[1])),
  'rules': [value(call(line).args[0]) for line in body if isinstance(line, ast.Expr) and ast.unparse(call(line).func) == 'cutoffs.apply'],
  'required': [given(call(line)) for line in body if isinstance(line, ast.Expr) and ast.unparse(call(line).func) == 'accepted.require'],
  'lines': len(body),
}))`;
const readPython = (code) => JSON.parse(execFileSync('python3', ['-c', READER], { input: code, encoding: 'utf8' }));

function readRust(code) {
  const whole = `fn main() -> Result<(), Box<dyn std::error::Error>> {\n${code}\nOk(())\n}\n`;
  const { status, stderr } = spawnSync('rustfmt', ['--edition', '2024', '--emit', 'stdout'], { input: whole, encoding: 'utf8' });
  assert.equal(status, 0, `${stderr}\n${code}`);
}

const RULE = JSON.stringify({ rule: 'issued_before', target: { issuer: ISSUER, subject: 'alice' }, at: NOW - 3000, reason: 'it’s "old"' });
/** What a link holds, and the code of a refusal where it is refused. */
const STORIES = {
  'the least': [{ policy: { issuer: 'any', audience: 'any', algorithms: ['ES256'] } }],
  'a policy': [{ policy: POLICY }],
  'lists, numbers, flags': [{ policy: {
    issuer: ['x', ISSUER], audience: 'any', algorithms: ['ES256', 'EdDSA'], leeway: 5, max_lifetime: 'unbounded', max_age: 5000.5,
    missing_exp: 'accept', required: ['sub'], claim_equals: { sub: 'alice' }, token_type: ['at+jwt', 'x"y'], same_second: 'accept',
    missing_auth_time: 'refuse', allow_padding: true, realm: 'a b', max_token_bytes: 2000, device_claim: 'd',
  } }],
  'a rule and a requirement': [{
    rules: [RULE], requirement: { scopes: ['read', 'write'], anyPermission: ['x'], subject: 'alice' }, 
    token: es256(claims({ scope: 'read write', permissions: ['x'] })),
  }],
  'a rule that refuses': [{ rules: [JSON.stringify({ rule: 'suspended', target: { subject: 'alice' }, on: true, version: 1 })] }, 'suspended'],
  'another issuer': [{ policy: { ...POLICY, issuer: ['https://other.example.com/'] } }, 'issuer_not_allowed'],
  'keys as PEM': [{ keys: pem(pair) }],
};

inspect('it runs, and decides what the page decides', { later: ['icon.svg'] }, async (page) => {
  for (const [what, [over, refused]] of Object.entries(STORIES)) {
    const content = { ...GOOD, now: undefined, ...over };
    assert.equal(await link(page, content), refused ?? 'accept', what);
    assert.equal(runNode(await shown(page, 'node'), content.token), refused ?? 'alice', what);
    const { options, rules, required } = readPython(await shown(page, 'python'));
    const { keys, ...policy } = options;
    assert.deepEqual(policy, content.policy, what);
    assert.ok(keys.startsWith(`open('${content.keys === JWKS ? 'jwks.json' : 'key.pem'}')`), keys);
    assert.deepEqual(rules, content.rules, what);
    const snake = ([name, value]) => [name.replace('P', '_p'), value];
    assert.deepEqual(required, content.requirement ? [Object.fromEntries(Object.entries(content.requirement).map(snake))] : [], what);
    readRust(await shown(page, 'rust'));
  }
});

const SECRETLY = { token: hs256(), policy: { issuer: [ISSUER], audience: [AUDIENCE], algorithms: ['HS256'] } };
inspect('a secret is read from a file, and never written out', { content: SECRETLY }, async (page) => {
  await page.check('[name="keys-kind"][value="secret"]');
  await page.check('[name="keys-form"][value="hex"]');
  assert.equal(await give(page, '#keys-text', SECRET.toString('hex')), 'accept');
  for (const language of ['rust', 'python', 'node']) {
    const code = await shown(page, language);
    assert.match(code, /secret\.bin/);
    for (const form of ['hex', 'base64', 'base64url']) assert.ok(!code.includes(SECRET.toString(form)));
    if (language === 'node') assert.equal(runNode(code, hs256()), 'alice');
  }
});

const HOSTILE = [
  `it's`, `"quoted"`, '`${process.exit(3)}`', '${process.exit(3)}', '#{1}', '{0}', `'; process.exit(3); '`, `"); std::process::exit(3); ("`,
  `'''`, `"""`, '"#', `"##`, 'r#"x"#', `\\`, `\\"`, `\\'`, `a\\nb`, 'tab\there',
  'nul\u0000x', 'line\u2028sep', 'right\u202eleft', '\ufeffbom', 'e\u0301', 'z\u200bw', '\u{1f600}', '\u{e0041}tag', '\ud800', '*/ /*', '//', '<!--', '</script>', '%s', '\u007f', 'x\r', '\u0085',
];

/** Each line of a builder's `issuer`, compiled: what it says. */
function issuersOfRust(code) {
  const literals = code.split('\n').flatMap((line) => /^ {4}\.issuer\((.*)\)$/.exec(line)?.[1] ?? []);
  writeFileSync(join(folder, 'said.rs'), `fn main() { for said in [${literals.join(', ')}] { let units: Vec<u16> = said.encode_utf16().collect(); println!("{units:?}"); } }`);
  execFileSync('rustc', ['--edition', '2024', '-o', join(folder, 'said'), join(folder, 'said.rs')], { cwd: folder });
  return execFileSync(join(folder, 'said'), { encoding: 'utf8' }).trim().split('\n').map((line) => String.fromCharCode(...JSON.parse(line)));
}

inspect('whatever an issuer is called, it stays text in every language', { later: ['icon.svg'] }, async (page) => {
  const rules = HOSTILE.map((name) => JSON.stringify({ rule: 'issued_before', target: { subject: name.toWellFormed() }, at: 1, reason: name.toWellFormed() }));
  const names = HOSTILE.map((name) => name.toWellFormed());
  const policy = { ...POLICY, issuer: [ISSUER, ...names, 'new\nline'], claim_equals: { sub: 'alice' } };
  assert.equal(await link(page, { ...GOOD, now: undefined, policy, rules }), 'accept');
  assert.equal(runNode(await shown(page, 'node'), TOKEN), 'alice');
  const python = readPython(await shown(page, 'python'));
  assert.deepEqual(python.options.issuer, policy.issuer);
  assert.deepEqual(python.rules, rules);
  assert.equal(python.lines, 4 + rules.length, 'nothing else is in it');
  const rust = await shown(page, 'rust');
  readRust(rust);
  assert.deepEqual(issuersOfRust(rust), policy.issuer);
  for (const language of ['rust', 'python', 'node']) assert.doesNotMatch(await shown(page, language), /[\u0000-\u0009\u200b-\u200f\u2028-\u202e\ufeff]/, 'no sign that hides or turns');
  await link(page, { ...GOOD, policy: { ...policy, claim_equals: Object.fromEntries(names.concat('__proto__').map((name) => [name, { [name]: name }])) } });
  assert.deepEqual(Object.keys(readPython(await shown(page, 'python')).options.claim_equals).length, names.length + 1);
  assert.equal(runNode(await shown(page, 'node'), TOKEN), 'claim_missing');
  readRust(await shown(page, 'rust'));
});

inspect('names that a link made up do not come into the code', { later: ['icon.svg'] }, async (page) => {
  const evil = 'x: 1 }); process.exit(3); ({ y';
  for (const requirement of [{ [evil]: 1 }, { 'subject("x"))?; std::process::exit(3); (Requirement::new().subject': 'x' }, { 'subject=1); exit(3); print(x': 'x' }]) {
    await link(page, { ...GOOD, requirement });
    for (const language of ['rust', 'python', 'node']) assert.doesNotMatch(await shown(page, language), /exit\(3\)/, `${language}: the link put its own code into what is copied`);
  }
});

inspect('names that every object inherits are no words of a policy', { later: ['icon.svg'] }, async (page) => {
  await link(page, { ...GOOD, policy: { ...POLICY, algorithms: ['constructor', 'toString'], toString: 1, constructor: 2 } });
  assert.equal(await verdict(page), 'mistake');
  for (const language of ['rust', 'python', 'node']) assert.doesNotMatch(await shown(page, language), /native code/);
});

inspect('“copy” copies what is shown', { content: GOOD, context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
  for (const language of ['rust', 'python', 'node']) {
    const code = await shown(page, language);
    await page.click('#code-copy');
    await page.waitForFunction(() => /copied/.test(document.querySelector('#code-said').textContent));
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
    await settle(page);
  }
  assert.match(await text(page, '#code-said'), /copied/);
});

inspect('what nobody said is left open in the code, and never “any”', { content: { ...GOOD, policy: {} } }, async (page) => {
  assert.match(await shown(page, 'rust'), /\.issuer\(\/\* .+ \*\/\)\n +\.audience\(\/\* .+ \*\/\)\n +\.algorithms\(\/\*/);
  assert.match(await shown(page, 'python'), /issuer=\.\.\.,  # .+\n +audience=\.\.\.,  # .+\n +algorithms=\.\.\.,  #/);
  assert.match(await shown(page, 'node'), /issuer: undefined, \/\/ .+\n +audience: undefined, \/\/ .+\n +algorithms: undefined, \/\//);
});
