// A customer of the bank, while `cargo run -p bank` serves it:
//
//     npm ci && npm start    # or node build/main.js http://127.0.0.1:8080/graphql

import { randomUUID } from 'node:crypto';

import { type AccountEvent, Bank } from './bank.js';
import {
  AccountAtDocument,
  AccountsDocument,
  type AccountsQueryVariables,
  type AmountFragment,
  DepositDocument,
  OpenAccountDocument,
  type RefusalFragment,
  WithdrawDocument,
} from './generated.js';

const bank = new Bank(process.argv[2] ?? 'http://127.0.0.1:8080/graphql');
setTimeout(() => {
  console.error('the bank has not answered all of it within a minute');
  process.exit(1);
}, 60_000).unref();

// Nobody else has this name, so the list further down holds these accounts alone.
const owner = `Ada Lovelace ${randomUUID()}`;
const euros = (amount: string) => ({ amount, currency: 'EUR' as const });

// What is null in an answer without errors is not there; `ask` throws errors, so commands and lists are always there (`!`).
async function open(amount: string): Promise<{ id: string; position: string | null }> {
  const id = randomUUID();
  const input = { accountId: id, owner, email: 'ada@example.org', deposit: euros(amount) };
  const { openAccount } = await bank.ask(OpenAccountDocument, { input, key: randomUUID() });
  return { id, position: openAccount!.position };
}

// Clients choose the numbers of accounts.
const { id } = await open('100.00');
console.log('opened an account with 100.00 EUR');

// The key makes a command safe to send again: after a lost answer, nobody knows whether it was executed.
const deposit = { input: { accountId: id, amount: euros('12.50'), description: 'Birthday' }, key: randomUUID() };
for (const time of ['first', 'second']) {
  const { version, accountSummary } = (await bank.ask(DepositDocument, deposit)).deposit!;
  console.log(`deposited 12.50 EUR, sent for the ${time} time: ${shown(accountSummary?.balance)} at version ${version}`);
}

// What the domain refuses is data.
const tooMuch = { input: { accountId: id, amount: euros('5000') }, key: randomUUID() };
const { withdraw } = await bank.ask(WithdrawDocument, tooMuch);
for (const refusal of withdraw!.userErrors) console.log(`refused: ${told(refusal)}`);

// A list, page by page, the accounts that were opened just now among them: `minPosition` waits for the last one.
await open('30.00');
const { position } = await open('20.00');
let after: string | null = null;
do {
  const variables: AccountsQueryVariables = { owner, first: 2, after, minPosition: position };
  const { nodes, pageInfo, totalCount } = (await bank.ask(AccountsDocument, variables)).accountSummaries!;
  console.log(`a page, of ${totalCount}: ${nodes.map(({ balance }) => shown(balance)).join(', ')}`);
  after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
} while (after);

// What it was, as of any of its versions.
const { account } = await bank.ask(AccountAtDocument, { id, version: '2' });
console.log(`it held ${shown(account?.balance)} at version 2`);

// What has happened, and what happens; `follow` connects again by itself.
const cursor = await take(bank.follow(id), '3');
// Whoever keeps the cursor of the last event can go on at any time, as after a restart of this program.
await bank.ask(DepositDocument, { input: { accountId: id, amount: euros('7.50') }, key: randomUUID() });
await take(bank.follow(id, cursor), '4');
await bank.close();

/** Takes events up to a version, and returns the cursor of the last one. */
async function take(events: AsyncIterable<AccountEvent>, last: string): Promise<string> {
  for await (const event of events) {
    const { version, cursor } = event.metadata;
    const amount = event.__typename === 'MoneyDeposited' ? ` of ${shown(event.amount)}` : '';
    console.log(`event ${version}: ${event.__typename}${amount}`);
    if (version === last) return cursor;
  }
  throw new Error('there are no more events');
}

/** Amounts are texts: nothing is rounded on the way. */
function shown(amount: AmountFragment | undefined): string {
  return amount ? `${amount.amount} ${amount.currency}` : 'not known yet';
}

function told({ code, field, message }: RefusalFragment): string {
  return `${code}${field ? ` (${field.join('.')})` : ''}, ${message}`;
}
