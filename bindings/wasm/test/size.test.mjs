// How large the modules are, printed; and that none grows unnoticed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const kilo = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;

/** A module, and the most that it may have: as it is, and gzipped, in bytes. */
const MODULES = [
  ['unverified/unverified.wasm', 64_000, 28_500],
  ['lowwater.wasm', 535_000, 233_500],
  ['issuers/issuers.wasm', 918_000, 399_000],
];

for (const [name, most, mostGzipped] of MODULES) {
  test(`${name} is no larger than it was`, () => {
    const bytes = readFileSync(new URL(`../dist/${name}`, import.meta.url));
    const gzipped = gzipSync(bytes, { level: 9 });
    console.log(`${name}: ${kilo(bytes.length)}, ${kilo(gzipped.length)} gzipped`);
    assert.ok(bytes.length <= most, `${bytes.length} bytes, at most ${most}`);
    assert.ok(gzipped.length <= mostGzipped, `${gzipped.length} bytes gzipped, at most ${mostGzipped}`);
  });
}
