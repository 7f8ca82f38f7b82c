// A real browser for tests: an installed Chromium, driven by playwright-core.
import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const found = () => NAMES.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()).find((path) => path !== '');

/** Quiet: nothing of the browser's own goes to a network. */
const QUIET = [
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-gpu', '--disable-quic',
];

export async function launch() {
  const executablePath = process.env.CHROMIUM ?? found();
  if (executablePath === undefined) throw new Error('no Chromium: install it (on Debian, apt-get install chromium), or name one in CHROMIUM');
  // Its sandbox cannot be set up by root, as which containers run.
  const args = process.getuid?.() === 0 ? ['--no-sandbox', ...QUIET] : QUIET;
  return chromium.launch({ executablePath, args });
}
