// The list of accounts.

import assert from 'node:assert/strict';

import { RUN, deposit, openAccount, suspend } from './bank.mjs';
import { focused, go, holdersAre, says, visit } from './visit.mjs';

const search = (page) => page.getByRole('searchbox', { name: 'Search by holder' });
const numbered = (word, from, to) => Array.from({ length: to - from + 1 }, (_, index) => `${word} ${String(from + index).padStart(2, '0')}`);

visit('a search ignores case, and pages go forth and back', {}, async (page) => {
  const word = `Paging ${RUN}`;
  for (const owner of numbered(word, 1, 26)) await openAccount(owner);
  await go(page);
  await search(page).fill(word.toUpperCase());
  await holdersAre(page, numbered(word, 1, 12));
  await says(page.locator('#announcements'), '12 of 26 accounts shown.');

  const [previous, next] = [page.getByRole('button', { name: 'Previous accounts' }), page.getByRole('button', { name: 'Next accounts' })];
  assert.equal(await previous.getAttribute('aria-disabled'), 'true');
  await next.click();
  await holdersAre(page, numbered(word, 13, 24));
  await next.click();
  await holdersAre(page, numbered(word, 25, 26));
  assert.equal(await next.getAttribute('aria-disabled'), 'true');
  // The button has done all that it can, and keeps the focus.
  await focused(page, '[aria-label="Next accounts"]');
  await previous.click();
  await holdersAre(page, numbered(word, 13, 24));
  await previous.click();
  await holdersAre(page, numbered(word, 1, 12));
  await page.goBack();
  await holdersAre(page, numbered(word, 13, 24));
  await page.reload();
  await holdersAre(page, numbered(word, 13, 24));
});

visit('a cursor that is no longer good leads to the first page', {}, async (page) => {
  const owner = `Stale ${RUN}`;
  await openAccount(owner);
  await page.goto(new URL(`#/?owner=stale+${RUN}&after=bm9uc2Vuc2U`, process.env.BANK_URL).href);
  await holdersAre(page, [owner]);
  assert.equal(await page.evaluate(() => location.hash), `#/?owner=stale+${RUN}`);
});

visit('accounts are ordered and filtered', {}, async (page) => {
  const [a, b, c] = ['Ann', 'Bob', 'Cyd'].map((name) => `${name} Sorted ${RUN}`);
  await openAccount(a, '50.00');
  await suspend(await openAccount(b, '700.00'));
  await openAccount(c, '20', 'CHF');
  await go(page, `#/?owner=sorted+${RUN}`);
  await holdersAre(page, [a, b, c]);
  await page.getByLabel('Order').selectOption('Holder, Z to A');
  await holdersAre(page, [c, b, a]);
  assert.equal(await page.getByRole('columnheader', { name: 'Holder' }).getAttribute('aria-sort'), 'descending');
  await page.getByLabel('Order').selectOption('Newest first');
  await holdersAre(page, [c, b, a]);
  await page.getByLabel('Currency').selectOption('EUR');
  await holdersAre(page, [b, a]);
  await page.getByLabel('Order').selectOption('Balance, lowest first');
  await holdersAre(page, [a, b]);
  await page.getByLabel('Status').selectOption('Suspended');
  await holdersAre(page, [b]);
  await page.getByLabel('Currency').selectOption('JPY');
  await says(page.locator('.empty'), 'No account is like that.');
  await page.getByRole('link', { name: 'Show all accounts' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.accounts tbody tr').length > 0);
  await focused(page, 'h1');
});

visit('a list that stays empty keeps the focus where it is', {}, async (page) => {
  await go(page, `#/?owner=nobody+${RUN}`);
  const all = page.getByRole('link', { name: 'Show all accounts' });
  await all.focus();
  const link = await all.elementHandle();
  // It is asked again, as after an interruption.
  await page.evaluate(() => dispatchEvent(new HashChangeEvent('hashchange')));
  await page.locator('.accounts-sheet:not([aria-busy])').waitFor();
  assert.equal(await link.evaluate((element) => element === document.activeElement), true);
});

visit('changes by others show at once', {}, async (page) => {
  const [first, second] = [`Ada Watched ${RUN}`, `Bea Watched ${RUN}`];
  const id = await openAccount(first);
  await go(page, `#/?owner=watched+${RUN}`);
  await holdersAre(page, [first]);
  await page.evaluate(() => { window.sameDocument = true; });
  await deposit(id, '11.11');
  await says(page.getByRole('row', { name: first }), '111.11 EUR');
  await openAccount(second);
  await holdersAre(page, [first, second]);
  assert.equal(await page.evaluate(() => window.sameDocument), true);
});

visit('amounts are exact, and names are texts', {}, async (page) => {
  const owner = `Zed <img src=x onerror="document.title='harmed'"> ${RUN}`;
  await openAccount(owner, '92233720368547758.07', 'USD');
  await go(page, `#/?owner=${encodeURIComponent(owner)}`);
  await holdersAre(page, [owner]);
  await says(page.locator('.accounts tbody td.amount'), '92,233,720,368,547,758.07 USD');
  assert.equal(await page.title(), 'Accounts · Bank');
});
