// The inspector in a real browser. Whatever a test does, at its end the page was quiet: no error, no violation of its
// policy, no dialog, no request but for its own files (none after the load), nothing stored, no element that is not its own.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.mjs';
import { launch } from '../chromium.mjs';

const FOLDER = fileURLToPath(new URL('../../inspector/', import.meta.url));
const OWN_FILES = readdirSync(FOLDER, { recursive: true }).map((name) => `/${name}`);
/** Elements that pasted text could bring, and the page's own of each do not change. */
const ELEMENTS = ['script', 'img', 'iframe', 'object', 'embed', 'style', 'link', 'base', 'meta', 'form', 'a', 'video', 'audio', 'marquee', 'foreignObject', 'animate', 'use', 'image', 'math'];

let server = null;
let browser = null;
before(async () => {
  server = await serve(FOLDER);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What stands behind the `#` of a link, as the page documents it. */
export const fragment = (content) => `#${Buffer.from(JSON.stringify(content)).toString('base64url')}`;

/**
 * A test on a fresh page. `given`: `content` or `hash` (what the link holds), `context` (options of the browser), `later` (own
 * files that may be asked for after the load). `body` is called with the page and `open`, which opens another.
 */
export const inspect = (name, given, body) => test(name, { timeout: 60_000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...given.context });
  const opened = [];
  const open = async (next) => {
    opened.push(await visit(context, next));
    return opened.at(-1).page;
  };
  try {
    await body(await open(given), open);
    for (const { quiet } of opened) await quiet();
  } finally {
    await context.close();
  }
});

async function visit(context, { content, hash = content === undefined ? '' : fragment(content), later = [] }) {
  const page = await context.newPage();
  const noise = [];
  const requests = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && noise.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(`page error: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => noise.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on('popup', (popup) => noise.push(`popup: ${popup.url()}`));
  page.on('download', (download) => noise.push(`download: ${download.url()}`));
  page.on('websocket', (socket) => noise.push(`socket: ${socket.url()}`));
  page.on('request', (request) => requests.push(request.url()));
  await page.addInitScript(() => {
    globalThis.noticed = [];
    addEventListener('securitypolicyviolation', (event) => noticed.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(`${server.address}${hash}`);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  const [loaded, before] = [requests.length, await census(page)];
  return { page, quiet };

  async function quiet() {
    await settle(page);
    noise.push(...(await page.evaluate(() => noticed)));
    assert.deepEqual(noise, []);
    const paths = requests.map((url) => (url.startsWith(server.address) ? new URL(url).href.slice(server.address.length - 1).split('#')[0] : url));
    assert.deepEqual(paths.filter((path) => path !== '/' && !OWN_FILES.includes(path)), [], 'requests');
    assert.deepEqual(paths.slice(loaded).filter((path) => !later.includes(path.slice(1))), [], 'requests after the load');
    assert.deepEqual(await census(page), before);
    assert.equal(page.url().replace(/#$/, ''), `${server.address}${hash}`, 'the address is as it was opened');
  }
}

/** What must be the same at the end: elements that are not text, what is stored, what every object inherits. */
const census = (page) => page.evaluate(async (names) => ({
  elements: Object.fromEntries(names.map((name) => [name, document.querySelectorAll(name).length])),
  handlers: [...document.querySelectorAll('*')].flatMap((node) => node.getAttributeNames()).filter((name) => /^on|^srcdoc$|^style$/.test(name)),
  stored: [localStorage.length, sessionStorage.length, document.cookie, await indexedDB.databases(), await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length],
  inherited: [Object, Array, String, Function].flatMap(({ prototype }) => Reflect.ownKeys(prototype).map(String)).join(),
  title: document.title,
}), ELEMENTS);

/** After whatever was typed has been asked and drawn. */
export const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

export async function verdict(page) {
  await settle(page);
  return page.evaluate(() => document.documentElement.dataset.verdict);
}

/** Fills a field, as typing or pasting does, and says what is decided then. */
export async function give(page, selector, text) {
  await page.fill(selector, text);
  return verdict(page);
}

/** Another link (what it holds, or its `#...`) in the same page: quicker than another page. The address is put back at once (`later` needs `icon.svg`). */
export async function link(page, content) {
  await page.evaluate((hash) => {
    const before = location.href;
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
    history.replaceState(null, '', before);
  }, typeof content === 'string' ? content : fragment(content));
  return verdict(page);
}

/** The text that a person sees there; that of many where many fit. */
export const text = async (page, selector) => (await page.locator(selector).allInnerTexts()).join('\n');

/** Waits for a verdict that comes by and by (a file, an example). */
export async function becomes(page, wanted) {
  await page.waitForFunction((code) => document.documentElement.dataset.verdict === code, wanted, { timeout: 5000 }).catch(() => {});
  assert.equal(await verdict(page), wanted);
}

/** Opens every fold, also those within (what is in a fold comes when it opens). */
export async function unfold(page) {
  while (await page.evaluate(() => [...document.querySelectorAll('details:not([open])')].map((fold) => { fold.open = true; }).length > 0)) await settle(page);
  await settle(page);
}
