// Clients of other makers follow an account of the bank, whatever becomes of their connection and of the bank:
//
//     node bank/resume.js http://127.0.0.1:8080/graphql
//
// It says on standard output when the bank is to be killed and when to be started again, and goes on when told on
// standard input that this has been done.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';

import { Account, euros } from './account.js';
import * as apollo from './apollo.js';
import { fail, isCutOff } from './cut.js';
import { ACCOUNTS, DEPOSIT, OPEN, WITHDRAW } from './documents.js';
import * as graphqlWs from './graphql-ws.js';
import { until } from './patience.js';
import * as urql from './urql.js';

const [url] = process.argv.slice(2);
const makers = [graphqlWs, apollo, urql];

/** A client asks, and has commands executed and refused. */
async function asks({ name, connect }) {
  const client = connect(url);
  const account = new Account(url, `${name} asks ${randomUUID()}`);
  const { openAccount } = await client.mutate(OPEN, { input: account.opening });
  assert.deepEqual([openAccount.version, openAccount.userErrors.length], ['2', 0]);

  const variables = { input: { accountId: account.id, amount: euros('12.50') }, key: randomUUID() };
  const first = (await client.mutate(DEPOSIT, variables)).deposit;
  assert.equal(first.version, '3');
  assert.deepEqual((await client.mutate(DEPOSIT, variables)).deposit, first);

  const { withdraw } = await client.mutate(WITHDRAW, { input: { accountId: account.id, amount: euros('5000') } });
  assert.equal(withdraw.version, null);
  assert.deepEqual(withdraw.userErrors.map(({ code, field }) => [code, ...field]), [['INSUFFICIENT_FUNDS', 'amount']]);

  await account.isListed(openAccount.position);
  const list = await client.query(ACCOUNTS, { owner: account.owner, minPosition: openAccount.position });
  assert.deepEqual(list.accountSummaries.nodes.map(({ accountId }) => accountId), [account.id]);
  await client.close();
}

const input = createInterface({ input: process.stdin });
const told = input[Symbol.asyncIterator]();
async function ask(what) {
  console.log(what);
  await until(`it is said that this is done: ${what}`, told.next());
}

/** The bank dies under all of them, in the middle of commands, and is started again. */
async function survive() {
  const followers = makers.map(({ name, connect }) => {
    const client = connect(url);
    const lost = new Promise((resolve) => client.socket.on('closed', resolve));
    return { name, client, lost, account: new Account(url, `${name} survives ${randomUUID()}`) };
  });
  for (const follower of followers) {
    const { account, client } = follower;
    await account.open();
    follower.leave = client.follow(account.id, account.take, fail);
    await account.isFollowed();
    await account.deposit();
    await account.isFollowed();
  }

  const deposits = followers.map(({ account }) => account.deposit());
  await ask('kill');
  for (const { name, lost } of followers) await until(`${name} has lost its connection`, lost);
  await ask('start');
  await Promise.all(deposits);
  for (const { account, client, leave } of followers) {
    await account.isFollowed();
    await account.deposit();
    await account.isFollowed();
    await account.isWhole();
    leave();
    await client.close();
  }
}

for (const maker of makers) {
  await until(`${maker.name} gets its answers`, asks(maker));
  await isCutOff(maker, url);
}
await survive();
input.close();
console.log(`${makers.map(({ name }) => name).join(', ')}: nothing missed, nothing twice`);
