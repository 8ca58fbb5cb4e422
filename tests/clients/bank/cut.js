// A client whose connection is cut while it follows an account.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { Account } from './account.js';
import { until } from './patience.js';
import { Proxy } from './proxy.js';

/** Ends the program: what is thrown while a client takes an event, it may keep for itself. */
export function fail(error) {
  console.error(error);
  process.exit(1);
}

/** A client's connection is cut in the middle of an event, and can't be made again for a while. */
export async function isCutOff({ name, connect }, url) {
  const proxy = await Proxy.to(url);
  const client = connect(proxy.url);
  const account = new Account(url, `${name} is cut off ${randomUUID()}`);
  await account.open();
  const leave = client.follow(account.id, account.take, fail);
  await account.isFollowed();
  await account.deposit();
  await account.isFollowed();

  const [cut, refused] = [once(proxy, 'cut'), once(proxy, 'refused')];
  proxy.cutWithinTheNextMessage();
  await account.deposit();
  await until(`the connection of ${name} is cut`, cut);
  await account.deposit();
  await until(`${name} tries to connect again`, refused);
  await account.deposit();
  assert.equal(account.taken, 3, 'the connection was cut before the fourth event');

  proxy.mend();
  await account.isFollowed();
  await account.deposit();
  await account.isFollowed();
  await account.isWhole();
  leave();
  await client.close();
  proxy.close();
}
