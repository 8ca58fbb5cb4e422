// Whoever comes with a keyboard, a screen reader, a small screen or tired eyes.

import assert from 'node:assert/strict';

import { RUN, deposit, openAccount, withdraw } from './bank.mjs';
import { SCREENS, isFitToUse, layoutShift } from './inspect.mjs';
import { focused, go, goToAccount, holdersAre, isDrawn, says, shoot, tabTo, visit } from './visit.mjs';

async function eventful(owner) {
  const id = await openAccount(owner, '1000.00');
  await deposit(id, '2500', 'salary');
  await withdraw(id, '850.5', 'rent');
  await withdraw(id, '2900', 'a very long description of a very expensive purchase');
  await deposit(id, '75.25');
  return id;
}

/** Shows as much at once as the page can: errors, a past moment, what is folded. */
async function unfold(page) {
  await page.getByText('The balance as a table').click();
  await page.getByText('All events').click();
  await page.getByRole('button', { name: 'One event back' }).click();
  await says(page.locator('.moment-text'), 'As it was at');
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.locator('[aria-invalid]').waitFor();
}

for (const colorScheme of ['light', 'dark']) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    visit(`${screen}, ${colorScheme}: legible, named, and in place`, { colorScheme, viewport }, async (page) => {
      const owner = `Seen ${screen} ${colorScheme} ${RUN}`;
      const id = await eventful(owner);
      await go(page);
      await page.locator('.accounts tbody tr').first().waitFor();
      assert.ok(await layoutShift(page) < 0.01, 'the list moves while it loads');
      await isFitToUse(page);
      await shoot(page, `${screen}-${colorScheme}-list`);

      await page.goto('about:blank');
      await goToAccount(page, id);
      await isDrawn(page, '5 movements');
      assert.ok(await layoutShift(page) < 0.05, 'the account moves while it loads');
      await shoot(page, `${screen}-${colorScheme}-account`);
      await unfold(page);
      await isFitToUse(page);
      await shoot(page, `${screen}-${colorScheme}-unfolded`);

      await go(page, '#/open');
      await page.getByRole('button', { name: 'Open the account' }).click();
      await isFitToUse(page);
      await shoot(page, `${screen}-${colorScheme}-open`);
    });
  }
}

visit('the largest amounts and names find room on a small screen', { viewport: SCREENS.mobile }, async (page) => {
  const owner = `${'Wolfeschlegelsteinhausenbergerdorff'.repeat(2)} ${RUN}`;
  const id = await openAccount(owner, '92233720368547758.07', 'USD');
  await go(page, `#/?owner=${owner}`);
  await holdersAre(page, [owner]);
  await isFitToUse(page);
  await goToAccount(page, id);
  await isDrawn(page, '1 movement');
  await isFitToUse(page);
  await shoot(page, 'mobile-light-largest');
});

visit('everything can be done with a keyboard', {}, async (page) => {
  const owner = `Keys ${RUN}`;
  await openAccount(owner);
  await go(page);
  await page.keyboard.press('Tab');
  await focused(page, '.skip');
  assert.ok((await page.locator('.skip').boundingBox()).y >= 0, 'the skip link shows when it has the focus');
  await page.keyboard.press('Enter');
  await focused(page, 'main');
  await page.keyboard.press('Tab');
  await focused(page, 'input[type="search"]');
  await page.keyboard.type(owner);
  await holdersAre(page, [owner]);
  await tabTo(page, '.accounts tbody a');
  await page.keyboard.press('Enter');
  await says(page.locator('h1'), owner);
  await focused(page, 'h1');

  await page.getByText(/step 1 of 1/).first().waitFor();
  await tabTo(page, 'form[aria-label="Deposit"] input');
  await page.keyboard.type('25');
  await page.keyboard.press('Tab');
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  await says(page.locator('.summary .balance'), '125.00 EUR');
  await says(page.locator('.moment-text'), 'step 2 of 2');

  await page.locator('h1').focus();
  await tabTo(page, 'input[type="range"]');
  await page.keyboard.press('ArrowLeft');
  await says(page.locator('.timeline .facts'), '100.00 EUR');
  await tabTo(page, '.clock button:last-of-type');
  await page.keyboard.press('Space');
  await says(page.locator('.moment-text'), 'As it is now');
  await page.goBack();
  await says(page.locator('h1'), 'Accounts');
  await focused(page, 'h1');
  await holdersAre(page, [owner]);
});

visit('the parts of the page have roles and names', {}, async (page) => {
  const id = await eventful(`Roles ${RUN}`);
  await goToAccount(page, id);
  for (const [role, name] of [
    ['navigation', 'Main'], ['region', 'Balance over time'], ['region', 'Back in time'], ['region', 'Move money'], ['region', 'Statement'],
    ['form', 'Deposit'], ['form', 'Withdraw'], ['slider', 'Moment, event by event'], ['table', /^Movements, latest first/],
    ['columnheader', 'Balance (EUR)'], ['img', 'Balance over time'], ['button', 'One event back'],
  ]) await page.getByRole(role, { name }).first().waitFor();
  assert.equal(await page.getByRole('banner').count(), 1);
  assert.equal(await page.getByRole('main').count(), 1);
  await page.getByRole('rowheader').first().waitFor();
});

visit('who asks for less motion gets none', { reducedMotion: 'reduce' }, async (page) => {
  const owner = `Still ${RUN}`;
  const id = await openAccount(owner);
  await go(page, `#/?owner=still+${RUN}`);
  // A row that comes with its first deposit already in it would not have changed.
  await holdersAre(page, [owner]);
  await deposit(id, '1');
  const row = page.locator('.accounts tbody tr.changed');
  await row.waitFor();
  assert.equal(await row.evaluate((element) => getComputedStyle(element).animationName), 'none');
});
