// Signing in to a bank that serves only who shows a token.

import assert from 'node:assert/strict';

import { RUN, deposit, openAccount } from './bank.mjs';
import { SCREENS, isFitToUse } from './inspect.mjs';
import { complains, focused, go, goToAccount, isDrawn, says, shoot, tabTo, visit } from './visit.mjs';

const { KEYED_URL, TELLER_TOKEN, CUSTOMER_TOKEN, EXPIRED_TOKEN, FOREIGN_TOKEN } = process.env;
assert.ok(
  KEYED_URL && TELLER_TOKEN && CUSTOMER_TOKEN && EXPIRED_TOKEN && FOREIGN_TOKEN,
  'KEYED_URL names no bank with a key, or one of the tokens is missing: page.test.mjs says what they are',
);

const KEYED = new URL(KEYED_URL);
const CUSTOMER = JSON.parse(Buffer.from(CUSTOMER_TOKEN.split('.')[1], 'base64url')).sub;
const TELLER = { bank: KEYED, token: TELLER_TOKEN };
// Browsers log it when somebody is not let in.
const REFUSED = /status of 401/;
const NO_LONGER = 'Your token no longer holds. Sign in again to go on where you were.';

const open = (owner) => openAccount(owner, '100.00', 'EUR', TELLER);
const heading = (page, text) => says(page.locator('h1'), text);
const field = (page) => page.getByLabel('Token');
const hash = (page) => page.evaluate(() => location.hash);

function keyed(name, options, body) {
  visit(name, { bank: KEYED, ...options }, body);
}

async function submit(page, token) {
  await field(page).fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Goes to a place, and signs in on the way. */
async function enter(page, place, token = TELLER_TOKEN) {
  await page.goto(new URL(place, KEYED).href);
  await heading(page, 'Sign in');
  await submit(page, token);
  await page.locator('#pill[data-status="open"]').waitFor();
}

async function enterAccount(page, id, token) {
  await enter(page, `#/accounts/${id}`, token);
  await goToAccount(page, id, KEYED);
}

/** The page's sockets from now on, each with what it has introduced itself by. */
function socketsOf(page) {
  const sockets = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => {
    const message = JSON.parse(payload);
    if (message.type === 'connection_init') sockets.push({ socket, shown: message.payload?.authorization ?? null });
  }));
  return sockets;
}

/** Has a page show another token than it means to, in requests that match. */
function swap(page, token, matches = () => true) {
  return page.route('**/graphql', (route) => {
    const request = route.request();
    if (!matches(request.postDataJSON().query)) return route.continue();
    return route.continue({ headers: { ...request.headers(), authorization: `Bearer ${token}` } });
  });
}

visit('a bank without a key asks nobody to sign in', {}, async (page) => {
  await go(page);
  await page.locator('.accounts tbody tr').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Sign out' }).count(), 0);
  assert.equal(await field(page).count(), 0);
  await go(page, '#/open');
  await page.getByRole('button', { name: 'Open the account' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

keyed('who has signed in sees what the address names, live', {}, async (page) => {
  const owner = `Keyed ${RUN}`;
  const id = await open(owner);
  await page.goto(new URL(`#/accounts/${id}`, KEYED).href);
  await heading(page, 'Sign in');
  await focused(page, 'h1');
  assert.equal(await page.title(), 'Sign in · Bank');
  assert.equal(await page.locator('#pill').isVisible(), false);
  assert.deepEqual(
    await Promise.all(['type', 'autocomplete'].map((name) => field(page).getAttribute(name))),
    ['password', 'off'],
  );
  await page.keyboard.press('Tab');
  await focused(page, 'input[type="password"]');
  await page.keyboard.press('Enter');
  await complains(field(page), 'Enter a token.');
  await page.keyboard.insertText(TELLER_TOKEN);
  await page.keyboard.press('Enter');
  await heading(page, owner);
  await focused(page, 'h1');
  assert.equal(await hash(page), `#/accounts/${id}`);
  await says(page.locator('header'), 'Tom Teller');
  await page.locator('#pill[data-status="open"]').waitFor();
  await says(page.locator('.moment-text'), 'step 1 of 1');
  await deposit(id, '5', 'seen at once', 'EUR', TELLER);
  await says(page.locator('.moment-text'), 'step 2 of 2');
  await says(page.locator('.summary .balance'), '105.00 EUR');
});

keyed('a token that does not hold is refused at its field', { expected: REFUSED }, async (page) => {
  await page.goto(KEYED.href);
  await heading(page, 'Sign in');
  for (const [token, problem] of [
    ['nonsense', 'The token is not one of this bank\'s.'],
    [FOREIGN_TOKEN, 'The token is not one of this bank\'s.'],
    [EXPIRED_TOKEN, 'The token has expired.'],
    ['two words', 'A token is made of letters, digits and points, without spaces.'],
  ]) {
    await field(page).fill(token);
    assert.equal(await field(page).getAttribute('aria-invalid'), null);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await complains(field(page), problem);
    await focused(page, '[aria-invalid="true"]');
  }
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await submit(page, TELLER_TOKEN);
  await page.locator('.accounts tbody tr').first().waitFor();
});

keyed('a bank that can’t be reached has refused no token', { expected: /net::ERR_FAILED/ }, async (page) => {
  await page.goto(KEYED.href);
  await heading(page, 'Sign in');
  await page.route('**/graphql', (route) => route.abort());
  await submit(page, TELLER_TOKEN);
  await says(page.getByRole('alert'), 'The bank can’t be reached.');
  assert.equal(await field(page).getAttribute('aria-invalid'), null);
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.accounts tbody tr').first().waitFor();
});

keyed('who is asked to sign in is asked before anything is typed', {}, async (page) => {
  await page.goto(new URL('#/open', KEYED).href);
  await heading(page, 'Sign in');
  // Another address is another place to come to, and leaves what was typed.
  await field(page).fill(TELLER_TOKEN);
  await page.evaluate(() => new Promise((resolve) => {
    addEventListener('hashchange', resolve, { once: true });
    location.hash = '#/somewhere';
  }));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await heading(page, 'Nothing here');
});

keyed('a token is kept for a reload of its tab, and for nothing else', {}, async (page) => {
  await enter(page, '#/');
  await page.reload();
  await page.locator('.accounts tbody tr').first().waitFor();
  await page.locator('#pill[data-status="open"]').waitFor();
  assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
  const other = await page.context().newPage();
  await other.goto(KEYED.href);
  await heading(other, 'Sign in');
});

keyed('signing out forgets the token and closes the socket', {}, async (page) => {
  const id = await open(CUSTOMER);
  const sockets = socketsOf(page);
  await enterAccount(page, id);
  const { socket, shown } = sockets.at(-1);
  assert.equal(shown, `Bearer ${TELLER_TOKEN}`);
  const closed = socket.waitForEvent('close');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await closed;
  await heading(page, 'Sign in');
  await focused(page, 'h1');
  await says(page.locator('.notice'), 'You have signed out.');
  await says(page.locator('#announcements'), 'You have signed out.');
  assert.equal(await page.locator('#session').isVisible(), false);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  assert.equal(await hash(page), `#/accounts/${id}`);
  await page.reload();
  await heading(page, 'Sign in');
  await submit(page, CUSTOMER_TOKEN);
  await heading(page, CUSTOMER);
  await page.locator('#pill[data-status="open"]').waitFor();
  assert.equal(sockets.at(-1).shown, `Bearer ${CUSTOMER_TOKEN}`);
});

keyed('a token that has ended leads back to where one signs in', { expected: REFUSED }, async (page) => {
  const owner = `Ended ${RUN}`;
  const id = await open(owner);
  await enterAccount(page, id);
  await swap(page, EXPIRED_TOKEN);
  // The page asks what has become of the account.
  await deposit(id, '1', null, 'EUR', TELLER);
  await heading(page, 'Sign in');
  await says(page.locator('.notice'), NO_LONGER);
  await says(page.locator('#announcements'), NO_LONGER);
  assert.equal(await hash(page), `#/accounts/${id}`);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await page.unroute('**/graphql');
  await submit(page, TELLER_TOKEN);
  await heading(page, owner);
  await says(page.locator('.summary .balance'), '101.00 EUR');
});

keyed('a command by a token that has ended is not executed', { expected: REFUSED }, async (page) => {
  const id = await open(`Too late ${RUN}`);
  await enterAccount(page, id);
  await swap(page, FOREIGN_TOKEN, (query) => query.includes('mutation'));
  const form = page.getByRole('form', { name: 'Deposit' });
  await form.getByLabel('Amount in EUR').fill('9');
  await form.getByRole('button', { name: 'Deposit' }).click();
  await says(page.locator('.notice'), NO_LONGER);
  await page.unroute('**/graphql');
  await submit(page, TELLER_TOKEN);
  await says(page.locator('.summary .balance'), '100.00 EUR');
  await says(page.locator('.statement tbody tr'), 'opening balance');
});

keyed('an answer to who has signed out is nothing to who has signed in since', { expected: REFUSED }, async (page) => {
  const id = await open(CUSTOMER);
  await enterAccount(page, id);
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  await page.route('**/graphql', async (route) => {
    const request = route.request();
    if (!request.postDataJSON().query.includes('mutation')) return route.continue();
    await released;
    return route.continue({ headers: { ...request.headers(), authorization: `Bearer ${EXPIRED_TOKEN}` } });
  });
  const form = page.getByRole('form', { name: 'Deposit' });
  await form.getByLabel('Amount in EUR').fill('9');
  const refused = page.waitForResponse((response) => response.status() === 401);
  await form.getByRole('button', { name: 'Deposit' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await submit(page, CUSTOMER_TOKEN);
  await heading(page, CUSTOMER);
  release();
  await (await refused).finished();
  // What is asked now is answered behind it.
  await page.getByRole('link', { name: 'Accounts', exact: true }).click();
  await says(page.locator('.accounts tbody th a'), CUSTOMER);
  assert.equal(await page.evaluate(() => sessionStorage.length), 1);
});

/** The page's sockets in the hands of a test, which can cut them, and have the next ones show another token. */
class Exchange {
  token = null;
  #sockets = new Set();

  async lay(page) {
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      const server = socket.connectToServer();
      this.#sockets.add(socket);
      socket.onMessage((text) => {
        const message = JSON.parse(text);
        const altered = message.type === 'connection_init' && this.token !== null;
        const payload = { authorization: `Bearer ${this.token}` };
        server.send(altered ? JSON.stringify({ ...message, payload }) : text);
      });
    });
  }

  async cut(token) {
    this.token = token;
    for (const socket of this.#sockets) await socket.close({ code: 1012, reason: 'restart' });
  }
}

const exchange = new Exchange();

keyed('a socket that is not let in leads there, too', { prepare: (page) => exchange.lay(page) }, async (page) => {
  const owner = `Cut off ${RUN}`;
  const id = await open(owner);
  await enterAccount(page, id);
  await exchange.cut(FOREIGN_TOKEN);
  await heading(page, 'Sign in');
  await says(page.locator('.notice'), NO_LONGER);
  assert.equal(await hash(page), `#/accounts/${id}`);
  assert.equal(await page.locator('#banner').textContent(), '');
  exchange.token = null;
  await submit(page, TELLER_TOKEN);
  await heading(page, owner);
  await page.locator('#pill[data-status="open"]').waitFor();
});

keyed('customers see and do what is theirs', {}, async (page) => {
  const [own, foreign] = [await open(CUSTOMER), await open(`Not ${CUSTOMER} ${RUN}`)];
  await enter(page, '#/', CUSTOMER_TOKEN);
  await says(page.locator('.accounts tbody th a'), CUSTOMER);
  const holders = await page.locator('.accounts tbody th a').allTextContents();
  assert.deepEqual([...new Set(holders)], [CUSTOMER]);
  await says(page.locator('header'), CUSTOMER);
  assert.equal(await page.getByRole('link', { name: 'Open an account' }).count(), 0);
  await page.getByRole('searchbox', { name: 'Search by holder' }).fill(RUN);
  await says(page.locator('.empty'), 'No account is like that.');

  await page.goto(new URL('#/open', KEYED).href);
  await says(page.locator('main'), 'A teller opens accounts.');
  assert.equal(await page.getByRole('form').count(), 0);
  await page.goto(new URL(`#/accounts/${foreign}`, KEYED).href);
  await says(page.locator('main'), 'You have no account with this number.');

  await goToAccount(page, own, KEYED);
  await says(page.locator('main'), 'A teller puts money in for you.');
  assert.equal(await page.getByRole('form', { name: 'Deposit' }).count(), 0);
  await page.getByRole('form', { name: 'Withdraw' }).getByLabel('Amount in EUR').fill('30');
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await says(page.locator('.summary .balance'), '70.00 EUR');
  await deposit(own, '5', 'from the teller', 'EUR', TELLER);
  await says(page.locator('.summary .balance'), '75.00 EUR');
  await says(page.locator('.statement tbody tr').first(), 'from the teller');
  await says(page.locator('.moment-text'), 'step 3 of 3');
  assert.deepEqual((await page.getByRole('alert').allTextContents()).filter(Boolean), []);
});

keyed('what a token does not allow is said', {}, async (page) => {
  const id = await open(CUSTOMER);
  await enterAccount(page, id);
  await swap(page, CUSTOMER_TOKEN, (query) => query.includes('mutation'));
  const form = page.getByRole('form', { name: 'Deposit' });
  await form.getByLabel('Amount in EUR').fill('9');
  await form.getByRole('button', { name: 'Deposit' }).click();
  await says(form.getByRole('alert'), 'This is for tellers: your token does not allow it.');
});

for (const colorScheme of ['light', 'dark']) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    const name = `${screen}, ${colorScheme}: signing in, and what customers see, is legible, named, and in place`;
    keyed(name, { colorScheme, viewport }, async (page) => {
      const id = await open(CUSTOMER);
      const shot = async (view) => {
        await isFitToUse(page);
        await shoot(page, `${screen}-${colorScheme}-${view}`);
      };
      await page.goto(new URL(`#/accounts/${id}`, KEYED).href);
      await heading(page, 'Sign in');
      await shot('sign-in');
      await submit(page, CUSTOMER_TOKEN);
      await heading(page, CUSTOMER);
      await goToAccount(page, id, KEYED);
      await isDrawn(page, '1 movement');
      await shot('customer-account');
      await page.goto(new URL('#/open', KEYED).href);
      await says(page.locator('main'), 'A teller opens accounts.');
      await shot('customer-open');
      await tabTo(page, '#sign-out');
      await page.keyboard.press('Enter');
      await says(page.locator('.notice'), 'You have signed out.');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await complains(field(page), 'Enter a token.');
      await shot('signed-out');
    });
  }
}
