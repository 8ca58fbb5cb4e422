// What happens when the bank can't be reached, for a moment or longer.

import assert from 'node:assert/strict';

import { ACCOUNT } from '../page/documents.js';
import { RUN, deposit, openAccount, post } from './bank.mjs';
import { go, goToAccount, holdersAre, isDrawn, says, visit } from './visit.mjs';

/** The page's sockets in the hands of a test, which can cut them and keep them from coming back. */
class Line {
  down = false;
  subscribed = [];
  #sockets = new Set();

  async lay(page) {
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      if (this.down) return socket.close({ code: 1013, reason: 'not now' });
      const server = socket.connectToServer();
      this.#sockets.add(socket);
      socket.onMessage((message) => {
        const { type, payload } = JSON.parse(message);
        if (type === 'subscribe') this.subscribed.push(payload);
        server.send(message);
      });
      return undefined;
    });
  }

  async cut() {
    this.down = true;
    for (const socket of this.#sockets) await socket.close({ code: 1012, reason: 'restart' });
    this.#sockets.clear();
  }
}

const line = { events: new Line(), list: new Line() };

visit('after an interruption, an account shows each event once', { prepare: (page) => line.events.lay(page) }, async (page) => {
  const id = await openAccount(`Cut ${RUN}`);
  await goToAccount(page, id);
  await deposit(id, '1', 'before');
  await says(page.locator('.moment-text'), 'step 2 of 2');
  await line.events.cut();
  await says(page.locator('#banner'), 'The connection to the bank is lost.');
  await page.locator('#pill[data-status="waiting"]').waitFor();
  await deposit(id, '2', 'during');
  await deposit(id, '3', 'during, again');
  line.events.down = false;
  // By hand, unless the page has been faster, which takes the button away.
  await page.evaluate(() => [...document.querySelectorAll('button')].find((button) => button.textContent === 'Reconnect now')?.click());
  await page.locator('#pill[data-status="open"]').waitFor();
  await deposit(id, '4', 'after');
  await says(page.locator('.moment-text'), 'step 5 of 5');
  await says(page.locator('.summary .balance'), '110.00 EUR');
  await says(page.locator('.statement tbody tr').first(), 'after');
  assert.equal(await page.locator('.statement tbody tr').count(), 5);
  assert.equal(await page.locator('#banner').textContent(), '');
  // Resumed from the last event that had come, not from the start.
  const [first, second] = line.events.subscribed.map(({ variables }) => variables.after);
  assert.ok(first && second && first !== second);
});

visit('after an interruption, the list is up to date', { prepare: (page) => line.list.lay(page) }, async (page) => {
  const [first, second] = [`Ada Interrupted ${RUN}`, `Bea Interrupted ${RUN}`];
  const id = await openAccount(first);
  await go(page, `#/?owner=interrupted+${RUN}`);
  await holdersAre(page, [first]);
  await line.list.cut();
  await says(page.locator('#banner'), 'What you see may be out of date.');
  await deposit(id, '1');
  await openAccount(second);
  line.list.down = false;
  // By itself, this time.
  await page.locator('#pill[data-status="open"]').waitFor();
  await holdersAre(page, [first, second]);
  await says(page.getByRole('row', { name: first }), '101.00 EUR');
});

visit('a deposit without a live connection shows, too', {
  prepare: (page) => page.routeWebSocket(/\/graphql$/, (socket) => socket.close({ code: 1013, reason: 'never' })),
}, async (page) => {
  const id = await openAccount(`Unlive ${RUN}`);
  await page.goto(new URL(`#/accounts/${id}`, process.env.BANK_URL).href);
  await says(page.locator('.moment-text'), 'step 1 of 1');
  await page.getByRole('form', { name: 'Deposit' }).getByRole('textbox', { name: 'Amount in EUR' }).fill('5');
  await page.getByRole('button', { name: 'Deposit' }).click();
  await says(page.locator('.summary .balance'), '105.00 EUR');
  await says(page.locator('.moment-text'), 'step 2 of 2');
});

visit('what fails can be tried again', { expected: /net::ERR_FAILED|status of 500/ }, async (page) => {
  const owner = `Retried ${RUN}`;
  await openAccount(owner);
  let answers = 0;
  await page.route('**/graphql', (route) => {
    answers += 1;
    if (answers === 1) return route.abort();
    return answers === 2 ? route.fulfill({ status: 500, body: 'oops' }) : route.continue();
  });
  await page.routeWebSocket(/\/graphql$/, () => {});
  await page.goto(new URL(`#/?owner=retried+${RUN}`, process.env.BANK_URL).href);
  const alert = page.getByRole('alert').filter({ hasText: 'The accounts can’t be shown. The bank can’t be reached.' });
  const again = alert.getByRole('button', { name: 'Try again' });
  const first = await again.elementHandle();
  await again.click();
  // The second failure has a button of its own: before it is there, a click could be on one that goes.
  await page.waitForFunction((button) => !button.isConnected, first);
  await again.click();
  await holdersAre(page, [owner]);
  assert.equal(await page.getByRole('alert').filter({ hasText: 'can’t' }).count(), 0);
});

visit('each part of an account that fails can be tried again', { expected: /net::ERR_FAILED/ }, async (page) => {
  const id = await openAccount(`Parts ${RUN}`);
  let failing = true;
  await page.route('**/graphql', (route) => {
    const summary = route.request().postDataJSON().query.includes('query Account(');
    return failing && !summary ? route.abort() : route.continue();
  });
  await page.goto(new URL(`#/accounts/${id}`, process.env.BANK_URL).href);
  const alerts = ['The statement', 'The chart', 'The history'].map((part) => (
    page.getByRole('alert').filter({ hasText: `${part} can’t be shown.` })
  ));
  for (const alert of alerts) await alert.waitFor();
  failing = false;
  for (const alert of alerts) await alert.getByRole('button', { name: 'Try again' }).click();
  for (const alert of alerts) await alert.waitFor({ state: 'hidden' });
  await says(page.locator('.moment-text'), 'step 1 of 1');
  await says(page.locator('.statement tbody tr'), 'opening balance');
  await isDrawn(page, '1 movement');
});

visit('an account that the read models don’t know yet shows as soon as they do', {}, async (page) => {
  const id = await openAccount(`Early ${RUN}`);
  let asked = 0;
  await page.route('**/graphql', (route) => {
    if (!route.request().postDataJSON().query.includes('query Account(')) return route.continue();
    asked += 1;
    return asked > 1 ? route.continue() : route.fulfill({ json: { data: { accountSummary: null } } });
  });
  await goToAccount(page, id);
  await says(page.locator('.summary .balance'), '100.00 EUR');
});

visit('an account that the read models are behind shows as it is once they have caught up', {}, async (page) => {
  const id = await openAccount(`Late ${RUN}`);
  await goToAccount(page, id);
  const older = await post(ACCOUNT, { id });
  let refused = 0;
  await page.route('**/graphql', (route) => {
    const { query, variables } = route.request().postDataJSON();
    if (!query.includes('query Account(')) return route.continue();
    if (!variables.minPosition) return route.fulfill({ json: older });
    refused += 1;
    if (refused > 1) return route.continue();
    return route.fulfill({ json: { errors: [{ message: 'later', extensions: { code: 'READ_MODEL_BEHIND' } }] } });
  });
  await deposit(id, '7');
  await says(page.locator('.summary .balance'), '107.00 EUR');
  assert.ok(refused > 1);
});

visit('while an answer is awaited, the page says so', {}, async (page) => {
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route('**/graphql', async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(new URL('#/', process.env.BANK_URL).href);
  await page.locator('.accounts-sheet[aria-busy="true"].blank').waitFor();
  release();
  await page.locator('.accounts-sheet:not([aria-busy])').waitFor();
});
