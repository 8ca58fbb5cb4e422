// A browser, and what holds for everything that the page does in it.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';

import { chromium } from 'playwright-core';

import { BANK } from './bank.mjs';

// On a busy machine, all of it takes long; what hangs is ended nonetheless.
const TO_START = 120_000;
const FOR_A_STEP = 60_000;
const FOR_A_TEST = 180_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  timeout: TO_START,
  args: [
    '--no-sandbox', '--disable-gpu',
    // Containers have little shared memory.
    '--disable-dev-shm-usage',
    // It asks nobody but the bank, and does nothing of its own.
    '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});
after(() => browser.close());

/**
 * A test with a page of its own. Whatever it does, the page logs no error (but those that `expected` matches), breaks
 * no content security policy, and asks no other host.
 */
export function visit(name, { expected = /^$/, prepare = async () => {}, bank = BANK, ...options }, body) {
  test(name, { timeout: FOR_A_TEST }, async () => {
    // Without it, none of the tests that are left waits for anything.
    assert.ok(browser.isConnected(), 'the browser has crashed');
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(FOR_A_STEP);
    const wrong = [];
    page.on('pageerror', (error) => wrong.push(error.stack));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('request', (request) => new URL(request.url()).host === bank.host || wrong.push(`asked ${request.url()}`));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective}`));
    });
    try {
      await prepare(page);
      await body(page);
      assert.deepEqual(wrong.filter((text) => !expected.test(text)), []);
    } finally {
      // A request that is still in the hands of a test when its page closes is nobody's failure.
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
  });
}

/** Goes to a place of the page, and waits until it is live. */
export async function go(page, place = '#/', bank = BANK) {
  await page.goto(new URL(place, bank).href);
  await page.locator('#pill[data-status="open"]').waitFor();
}

/** Waits until an account's history and statement are shown. */
export async function goToAccount(page, id, bank = BANK) {
  await go(page, `#/accounts/${id}`, bank);
  await page.getByText(/step \d+ of \d+/).first().waitFor();
  await page.getByText(/\d+ of \d+ movements?/).waitFor();
}

/** Waits until something says this. */
export function says(locator, text) {
  return locator.filter({ hasText: text }).first().waitFor();
}

/** Waits until a drawing is described like this: what describes it is not seen itself. */
export function isDrawn(page, text) {
  return page.locator('.chart desc').filter({ hasText: text }).waitFor({ state: 'attached' });
}

/** Waits until the list shows exactly these holders, in this order. */
export async function holdersAre(page, holders) {
  const shown = () => page.locator('.accounts tbody th a').allTextContents();
  try {
    await page.waitForFunction(
      (wanted) => JSON.stringify([...document.querySelectorAll('.accounts tbody th a')].map((link) => link.textContent)) === wanted,
      JSON.stringify(holders),
    );
  } catch {
    assert.deepEqual(await shown(), holders);
  }
}

/** Waits until the element that has the focus matches. */
export function focused(page, selector) {
  return page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);
}

/** Waits until a field is called wrong, in words that it is described by. */
export async function complains(field, text) {
  await field.and(field.page().locator('[aria-invalid="true"]')).waitFor();
  const described = await field.getAttribute('aria-describedby');
  await says(field.page().locator(described.split(' ').map((id) => `#${id}`).join(', ')), text);
}

/** Presses Tab until the element that has the focus matches. */
export async function tabTo(page, selector, { most = 60 } = {}) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`${selector} can't be reached by Tab`);
}

/** Keeps a picture for people to look at, where `SHOTS` names a directory. */
export async function shoot(page, name) {
  if (!process.env.SHOTS) return;
  await mkdir(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(process.env.SHOTS, `${name}.png`), fullPage: true });
}
