// The page's side of graphql-transport-ws, against a server that a test plays.

import assert from 'node:assert/strict';

import { RUN, openAccount } from './bank.mjs';
import { focused, says, visit } from './visit.mjs';

/** Plays the server: takes on connections, keeps what it was told, and says what a test wants. */
class Played {
  told = [];
  #socket = null;
  #waiting = [];

  async play(page) {
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      this.#socket = socket;
      socket.onMessage((text) => this.#hear(JSON.parse(text)));
    });
  }

  #hear(message) {
    if (message.type === 'connection_init') this.say({ type: 'connection_ack' });
    if (message.type === 'ping') this.say({ type: 'pong' });
    this.told.push(message);
    this.#waiting = this.#waiting.filter((each) => !each());
  }

  say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  close(code) {
    return this.#socket.close({ code, reason: 'played' });
  }

  /** The `count`th message of a type. */
  hears(type, count = 1) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.told.filter((message) => message.type === type)[count - 1];
        if (found) resolve(found);
        return Boolean(found);
      };
      if (!look()) this.#waiting.push(look);
    });
  }
}

function played(name, body) {
  const server = new Played();
  visit(name, { prepare: (page) => server.play(page) }, async (page) => {
    await page.goto(new URL(`#/?owner=${RUN}`, process.env.BANK_URL).href);
    await body(page, server, await server.hears('subscribe'));
  });
}

played('a subscription that the server ends is taken up again', async (page, server, first) => {
  server.say({ type: 'complete', id: first.id });
  const second = await server.hears('subscribe', 2);
  assert.notEqual(second.id, first.id);
  assert.deepEqual(second.payload, first.payload);
  server.say({ type: 'error', id: second.id, payload: [{ message: 'oops', extensions: { code: 'INTERNAL' } }] });
  const third = await server.hears('subscribe', 3);
  assert.equal(new Set([first.id, second.id, third.id]).size, 3);
});

played('a subscription that is refused is said to be', async (page, server, { id }) => {
  server.say({ type: 'error', id, payload: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' } }] });
  await says(page.getByRole('alert'), 'Changes by others don’t show by themselves. No.');
  // Whatever is shown meanwhile, it stays true.
  await page.getByLabel('Order').selectOption('owner-desc');
  await page.locator('th[aria-sort="descending"]').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await server.hears('subscribe', 2);
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await focused(page, 'h1');
});

played('what is not for who asks is said to be, and is not tried again', async (page, server, { id }) => {
  server.say({ type: 'error', id, payload: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] });
  const alert = page.getByRole('alert').filter({ hasText: 'This is for tellers: your token does not allow it.' });
  await alert.waitFor();
  assert.equal(await alert.getByRole('button').count(), 0);
});

played('a ping is answered', async (page, server) => {
  server.say({ type: 'ping' });
  await server.hears('pong');
});

played('a connection that is refused is left alone until somebody asks for it', async (page, server) => {
  await server.close(4403);
  await page.locator('#pill[data-status="refused"]').waitFor();
  await page.getByRole('button', { name: 'Reconnect now' }).click();
  await server.hears('connection_init', 2);
  await page.locator('#pill[data-status="open"]').waitFor();
});

played('what is no longer looked at is unsubscribed', async (page, server, { id }) => {
  const account = await openAccount(`Unsubscribed ${RUN}`);
  await page.evaluate((hash) => { location.hash = hash; }, `#/accounts/${account}`);
  assert.equal((await server.hears('complete')).id, id);
  assert.equal((await server.hears('subscribe', 2)).payload.variables.id, account);
});
