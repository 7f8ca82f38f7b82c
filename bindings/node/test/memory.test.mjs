// The addon's memory, in a process of its own (the package for WebAssembly has a test of its own: its memory never shrinks).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('a million validations in one turn of the event loop take no memory, reloads only some', { timeout: 300_000 }, () => {
  const child = spawnSync(process.execPath, ['--expose-gc', fileURLToPath(new URL('memory.mjs', import.meta.url))], { encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  const { grown, peak } = JSON.parse(child.stdout);
  for (const [what, mebibytes] of Object.entries(grown)) assert.ok(mebibytes < 16, `${what}: ${mebibytes} MiB`);
  for (const [what, mebibytes] of Object.entries(peak)) assert.ok(mebibytes < 256, `${what} again and again: ${mebibytes} MiB`);
});
