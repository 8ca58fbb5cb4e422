// The other client of these tests: it talks to the same bank without a page.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const base = process.env.BANK_URL;
assert.ok(base, 'BANK_URL names no running bank: BANK_URL=http://127.0.0.1:8080 npm test');

/** Where the bank is. */
export const BANK = new URL(base);

/** A word that no account of an earlier run has in its holder's name. */
export const RUN = randomUUID().slice(0, 8);

/** Posts a document, and returns the whole response. `access` may name another bank, and have a token. */
export async function post(query, variables = {}, { bank = BANK, token } = {}) {
  const response = await fetch(new URL('graphql', bank), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

async function command(mutation, type, input, access) {
  const document = `mutation ($input: ${type}!) { outcome: ${mutation}(input: $input) { id position userErrors { message } } }`;
  const { data, errors } = await post(document, { input }, access);
  assert.equal(errors, undefined, JSON.stringify(errors));
  assert.deepEqual(data.outcome.userErrors, []);
  return data.outcome;
}

const SHOWN = `query ($id: UUID!, $position: BigInt!) {
  accountSummary(id: $id, minPosition: $position) { id }
  accountStatements(filter: { accountId: { eq: $id } }, minPosition: $position) { totalCount }
}`;

/** Opens an account and returns its number, once lists and statements show it: a page that is not live asks but once. */
export async function openAccount(owner, amount = '100.00', currency = 'EUR', access = {}) {
  const input = { accountId: randomUUID(), owner, email: 'somebody@example.org', deposit: { amount, currency } };
  const { id, position } = await command('openAccount', 'OpenAccountInput', input, access);
  for (;;) {
    const { errors } = await post(SHOWN, { id, position }, access);
    if (!errors) return id;
    assert.deepEqual([...new Set(errors.map(({ extensions }) => extensions?.code))], ['READ_MODEL_BEHIND']);
  }
}

/** Puts money into an account. */
export function deposit(accountId, amount, description = null, currency = 'EUR', access = {}) {
  return command('deposit', 'DepositInput', { accountId, amount: { amount, currency }, description }, access);
}

/** Takes money out of an account. */
export function withdraw(accountId, amount, description = null, currency = 'EUR') {
  return command('withdraw', 'WithdrawInput', { accountId, amount: { amount, currency }, description });
}

/** Suspends an account. */
export function suspend(accountId) {
  return command('suspendAccount', 'SuspendAccountInput', { accountId, reason: 'a test' });
}

/** What an account holds, as a decimal number. */
export async function balanceOf(id) {
  const { data } = await post('query ($id: UUID!) { account(id: $id) { balance { amount } } }', { id });
  return data.account.balance.amount;
}
