// Builds the package into `dist/`, and the inspector's copy of it. Three modules come of one crate: tokens and rules; these with
// what stands beside tokens; and reading without proof, which needs no cryptography. The classes are those of the package for Node, over calls
// and a host of this package's own.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('../', import.meta.url));
const root = join(here, '../..');
const node = join(here, '../node');
const dist = join(here, 'dist');
const run = (command, given, env = process.env) => execFileSync(command, given, { cwd: here, env, stdio: ['ignore', 'inherit', 'inherit'] });

/** What rustc uses of WebAssembly; every engine since 2023 has it. */
const FEATURES = ['bulk-memory', 'bulk-memory-opt', 'multivalue', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];

/** The classes of what stands beside tokens. */
const BESIDE = /^\.\/lib\/(events|introspection|issuer|logout|poll|revocation|status)\.js$/;

/** Where the sources lie on this machine is nobody's business, and five kilobytes: a panic names the file without it. */
function withoutPaths() {
  const said = (command, given) => execFileSync(command, given, { cwd: here, encoding: 'utf8' }).trim();
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  const crates = existsSync(registry) ? readdirSync(registry).map((name) => [join(registry, name), '']) : [];
  const places = [...crates, [join(said('rustc', ['--print', 'sysroot']), 'lib/rustlib/src/rust'), ''], [root, '']];
  return places.map(([from, to]) => `--remap-path-prefix=${from}${sep}=${to}`).join('\x1f');
}

/** The module of these features of the crate, in `folder`, with what its imports are called by. */
function compile(features, folder) {
  run('cargo', ['build', '--quiet', '--locked', '--profile', 'wasm', '--package', 'lowwater-wasm', '--target', 'wasm32-unknown-unknown', ...features], {
    ...process.env, CARGO_ENCODED_RUSTFLAGS: withoutPaths(),
  });
  const made = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'wasm32-unknown-unknown/wasm/lowwater_wasm.wasm');
  run('cargo', ['run', '--quiet', '--locked', '--package', 'lowwater-wasm-bind', '--', made, folder]);
  const optimizer = fileURLToPath(import.meta.resolve('binaryen/bin/wasm-opt'));
  const bound = join(folder, 'lowwater_bg.wasm');
  run(process.execPath, [optimizer, '-Oz', '-Oz', '-Oz', ...FEATURES.map((feature) => `--enable-${feature}`), '--strip-debug', '--strip-dwarf', '--strip-producers', bound, '-o', join(folder, 'lowwater.wasm')]);
}

/** Puts this package's parts in the place of Node's. */
const parts = (folder, hasIssuers) => ({
  name: 'parts',
  setup({ onResolve }) {
    onResolve({ filter: /^#wasm$/ }, () => ({ path: join(folder, 'lowwater.js') }));
    onResolve({ filter: /^#beside$/ }, () => ({ path: join(here, 'lib', hasIssuers ? 'issuers.cjs' : 'no-issuers.cjs') }));
    onResolve({ filter: /^\.\/(native|host)\.js$/ }, ({ path }) => ({ path: join(here, 'lib', path.replace(/\.js$/, '.cjs')) }));
    // What stands beside tokens would make the module that every page loads larger by two thirds.
    if (!hasIssuers) onResolve({ filter: BESIDE }, () => ({ path: join(here, 'lib/nothing.cjs') }));
    onResolve({ filter: /package\.json$/ }, () => ({ path: join(here, 'package.json') }));
  },
});

/** One entry with its module, ready to be used. Bundlers may put the modules of all entries into one folder. */
async function entry(source, features, out, module, hasIssuers = false) {
  const folder = mkdtempSync(join(tmpdir(), 'lowwater-wasm-'));
  try {
    compile(features, folder);
    mkdirSync(out, { recursive: true });
    copyFileSync(join(folder, 'lowwater.wasm'), join(out, module));
    await build({
      entryPoints: [join(here, 'lib', source)], outfile: join(out, 'init.js'), bundle: true, format: 'esm', platform: 'neutral',
      target: 'es2022', keepNames: true, plugins: [parts(folder, hasIssuers)], logLevel: 'warning',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const names = readFileSync(join(here, 'lib', source), 'utf8').match(/export const \{[^}]*\}/g).flatMap((list) => list.match(/\b[A-Z_a-z]+\b/g).slice(2));
  for (const [file, host] of [['index.js', 'browser.js'], ['node.js', 'node.js']]) {
    const load = readFileSync(join(here, 'lib', host), 'utf8').replaceAll('lowwater.wasm', module);
    await build({ stdin: { contents: `${load}\nexport { ${names.join(', ')} } from './init.js';\n`, resolveDir: out }, outfile: join(out, file), format: 'esm', target: 'es2022', keepNames: true });
  }
}

rmSync(dist, { recursive: true, force: true });
await entry('init-unverified.js', ['--no-default-features'], join(dist, 'unverified'), 'unverified.wasm');
await entry('init.js', [], dist, 'lowwater.wasm');
await entry('init-issuers.js', ['--features', 'issuers'], join(dist, 'issuers'), 'issuers.wasm', true);

/** Types without what the main entry leaves out: lines that name it, with the comment of one line before. */
const without = (text) => text.replace(/^( *\/\*\*.*\*\/\n)?.*(\bIssuer(Validator|Options)\b|\/(events|introspection|issuer|revocation|status)\.js'|\bwithStatus\().*\n/gm, '')
  .replace(' | WithStatus', '');
mkdirSync(join(dist, 'types'));
for (const file of ['index.d.ts', 'types/keys.d.ts', 'types/rules.d.ts']) {
  writeFileSync(join(dist, file), without(readFileSync(join(node, file), 'utf8')));
}
cpSync(join(here, 'types'), dist, { recursive: true });

// The entry with all that the package for Node has has its types.
copyFileSync(join(node, 'index.d.ts'), join(dist, 'issuers/index.d.ts'));
cpSync(join(node, 'types'), join(dist, 'issuers/types'), { recursive: true });

// The page is a folder that any server can serve: it has its own copy.
const page = join(here, 'inspector/lowwater');
rmSync(page, { recursive: true, force: true });
mkdirSync(page, { recursive: true });
for (const [from, to] of [['index.js', 'lowwater.js'], ['init.js', 'init.js'], ['lowwater.wasm', 'lowwater.wasm']]) {
  copyFileSync(join(dist, from), join(page, to));
}
