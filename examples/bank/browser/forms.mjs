// Moving money and opening accounts.

import assert from 'node:assert/strict';

import { RUN, balanceOf, openAccount, suspend } from './bank.mjs';
import { complains, focused, go, goToAccount, says, visit } from './visit.mjs';

const form = (page, name) => page.getByRole('form', { name });
const amount = (page, name) => form(page, name).getByRole('textbox', { name: 'Amount in EUR' });
const submit = (page, name) => form(page, name).getByRole('button', { name });

visit('money is deposited and withdrawn', {}, async (page) => {
  const id = await openAccount(`Moves ${RUN}`);
  await goToAccount(page, id);
  await amount(page, 'Deposit').fill('12.30');
  await form(page, 'Deposit').getByLabel('Description').fill('a gift');
  await submit(page, 'Deposit').click();
  await says(form(page, 'Deposit'), '12.30 EUR deposited.');
  await says(page.locator('#announcements'), '12.30 EUR deposited');
  await says(page.locator('.summary .balance'), '112.30 EUR');
  await says(page.locator('.statement tbody tr').first(), 'Deposit a gift+12.30');
  assert.equal(await amount(page, 'Deposit').inputValue(), '');
  await amount(page, 'Withdraw').fill('2');
  await amount(page, 'Withdraw').press('Enter');
  await says(page.locator('.summary .balance'), '110.30 EUR');
  assert.equal(await balanceOf(id), '110.30');
});

visit('an error stands at its field', {}, async (page) => {
  const id = await openAccount(`Errors ${RUN}`);
  await goToAccount(page, id);
  const field = amount(page, 'Withdraw');
  await field.fill('999999');
  await submit(page, 'Withdraw').click();
  await complains(field, 'Insufficient funds: 600.00 EUR available.');
  await focused(page, '[aria-invalid="true"]');
  for (const [typed, problem] of [
    ['0', 'An amount must be more than zero.'],
    ['1,50', 'Write a number such as 12.50, with a point and without separators.'],
    ['1.505', 'An amount in EUR has at most 2 decimal places.'],
    ['', 'Enter an amount.'],
  ]) {
    await field.fill(typed);
    assert.equal(await field.getAttribute('aria-invalid'), null);
    await submit(page, 'Withdraw').click();
    await complains(field, problem);
  }
  await field.fill('1.50');
  await submit(page, 'Withdraw').click();
  await says(page.locator('.summary .balance'), '98.50 EUR');
});

visit('money of an account that is suspended stays', {}, async (page) => {
  const id = await openAccount(`Suspended ${RUN}`);
  await goToAccount(page, id);
  await amount(page, 'Deposit').waitFor();
  await suspend(id);
  await says(page.locator('main'), 'The account is suspended: no money can be moved.');
  assert.equal(await amount(page, 'Deposit').isVisible(), false);
});

visit('after a lost answer, trying again does it once', { expected: /net::ERR_FAILED/ }, async (page) => {
  const id = await openAccount(`Lost ${RUN}`);
  const keys = [];
  await page.route('**/graphql', async (route) => {
    const { query, variables } = route.request().postDataJSON();
    if (!query.includes('mutation')) return route.continue();
    keys.push(variables.idempotencyKey);
    const response = await route.fetch();
    return keys.length === 1 ? route.abort() : route.fulfill({ response });
  });
  await goToAccount(page, id);
  const field = amount(page, 'Deposit');
  await field.fill('40');
  await submit(page, 'Deposit').click();
  await says(form(page, 'Deposit').getByRole('alert'), 'It is not certain whether it was done.');
  assert.equal(await field.getAttribute('readonly'), '');
  await form(page, 'Deposit').getByRole('button', { name: 'Try again' }).click();
  await says(form(page, 'Deposit'), '40.00 EUR deposited.');
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.equal(await balanceOf(id), '140.00');
  // Another submission is another one, even of the same amount.
  await field.fill('40');
  await submit(page, 'Deposit').click();
  await says(page.locator('.summary .balance'), '180.00 EUR');
  assert.notEqual(keys[2], keys[0]);
});

visit('an account is opened', {}, async (page) => {
  await go(page, '#/');
  await page.getByRole('link', { name: 'Open an account' }).first().click();
  await focused(page, 'h1');
  const [owner, email, deposit] = ['Holder', 'E-mail address', 'First deposit'].map((label) => page.getByLabel(label));
  const open = page.getByRole('button', { name: 'Open the account' });
  await open.click();
  await complains(owner, 'Enter who holds the account.');
  await complains(email, 'Enter an e-mail address.');
  await complains(deposit, 'Enter an amount.');
  await owner.fill(`Opened ${RUN}`);
  await email.fill('nobody');
  await deposit.fill('100');
  await open.click();
  await complains(email, '`nobody` is no e-mail address.');
  await email.fill('somebody@example.org');
  await deposit.fill('1');
  await page.getByLabel('Currency').selectOption('KWD');
  await open.click();
  await complains(deposit, 'An account is opened with at least 10.000 KWD.');
  await deposit.fill('12.345');
  await open.click();
  await says(page.locator('h1'), `Opened ${RUN}`);
  await focused(page, 'h1');
  assert.equal(await page.title(), `Opened ${RUN} · Bank`);
  await says(page.locator('.summary .balance'), '12.345 KWD');
});
