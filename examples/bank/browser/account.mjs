// One account: its statement, its chart, and looking back in time.

import assert from 'node:assert/strict';

import { RUN, deposit, openAccount, withdraw } from './bank.mjs';
import { go, goToAccount, isDrawn, says, visit } from './visit.mjs';

visit('an account shows what others do to it', {}, async (page) => {
  const id = await openAccount(`Live ${RUN}`);
  await goToAccount(page, id);
  await deposit(id, '5.50', 'from a friend');
  await says(page.locator('.statement tbody tr').first(), 'Deposit from a friend');
  await says(page.locator('.summary .balance'), '105.50 EUR');
  await says(page.locator('#announcements'), '5.50 EUR deposited (from a friend).');
  await isDrawn(page, /^2 movements since .* Last: 105\.50 EUR/);
  await says(page.locator('.moment-text'), 'step 2 of 2');
  await says(page.locator('.timeline .facts'), '105.50 EUR');
});

visit('a balance below zero is told by more than its colour', {}, async (page) => {
  const id = await openAccount(`Owing ${RUN}`);
  await withdraw(id, '350.25');
  await goToAccount(page, id);
  await says(page.locator('.summary .balance'), '−250.25 EURoverdrawn');
  await says(page.locator('.statement tbody tr').first(), '−350.25');
  await says(page.locator('.moment-text'), '350.25 EUR withdrawn; Overdrawn: −250.25 EUR');
});

visit('a statement has pages', {}, async (page) => {
  const id = await openAccount(`Statement ${RUN}`);
  for (let index = 1; index <= 11; index += 1) await deposit(id, '1', `no. ${index}`);
  await goToAccount(page, id);
  await says(page.locator('.statement tbody tr').first(), 'no. 11');
  await page.getByRole('button', { name: 'Next movements' }).click();
  await says(page.locator('.statement tbody tr').last(), 'opening balance');
  assert.equal(await page.locator('.statement tbody tr').count(), 2);
  await page.getByRole('button', { name: 'Previous movements' }).click();
  await says(page.locator('.statement tbody tr').first(), 'no. 11');
});

visit('the chart can be read as a table', {}, async (page) => {
  const id = await openAccount(`Chart ${RUN}`);
  await deposit(id, '23.45');
  await goToAccount(page, id);
  await page.getByRole('img', { name: 'Balance over time' }).waitFor();
  await page.getByText('The balance as a table').click();
  const table = page.getByRole('table', { name: 'Balance after each movement' });
  await says(table.locator('tbody tr').first(), '123.45 EUR');
  await says(table.locator('tbody tr').last(), '100.00 EUR');
});

visit('the slider goes through the events, the clock to any moment', {}, async (page) => {
  const id = await openAccount(`Time ${RUN}`);
  await deposit(id, '20');
  await withdraw(id, '70', 'shoes');
  await goToAccount(page, id);
  const [slider, facts] = [page.getByRole('slider', { name: 'Moment, event by event' }), page.locator('.timeline .facts')];
  await says(facts, '50.00 EUR');
  await says(page.locator('.moment-text'), 'As it is now');

  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await says(facts, '120.00 EUR');
  assert.match(await slider.getAttribute('aria-valuetext'), /: 20\.00 EUR deposited, step 2 of 3$/);
  await says(page.locator('#announcements'), 'Balance then: 120.00 EUR');
  await page.keyboard.press('Home');
  await says(facts, '100.00 EUR');
  await says(page.locator('.moment-text'), 'As it was at');
  await page.locator('line.moment').waitFor({ state: 'attached' });

  // What happens now leaves the moment that is looked at alone.
  await deposit(id, '1');
  await says(page.locator('.moment-text'), 'step 1 of 4');
  await says(facts, '100.00 EUR');
  await page.keyboard.press('End');
  await says(facts, '51.00 EUR');

  await page.getByText('All events').click();
  await page.getByRole('button', { name: /70\.00 EUR withdrawn \(shoes\)/ }).click();
  await says(facts, '50.00 EUR');
  assert.equal(await page.locator('.steps [aria-current="step"]').count(), 1);

  await page.getByLabel('Or any other moment').fill('2001-02-03T04:05:06');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await says(facts, 'No account yet');
  await says(page.locator('.moment-text'), 'Before the account was opened');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await says(facts, '51.00 EUR');
});

visit('a number without an account, and an address without a page', {}, async (page) => {
  await page.goto(new URL('#/accounts/00000000-0000-4000-8000-000000000000', process.env.BANK_URL).href);
  await says(page.locator('h1'), 'No such account');
  assert.equal(await page.title(), 'No such account · Bank');
  await page.goto(new URL('#/somewhere', process.env.BANK_URL).href);
  await says(page.locator('h1'), 'Nothing here');
  await go(page);
  assert.equal(await page.title(), 'Accounts · Bank');
});
