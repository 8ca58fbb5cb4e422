// An account as another client sees it, whose way to the bank is never cut; and what a follower has taken of it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { ACCOUNTS, DEPOSIT, OPEN, TRAIL } from './documents.js';
import { until } from './patience.js';

export const euros = (amount) => ({ amount, currency: 'EUR' });

export class Account {
  id = randomUUID();
  version = 0;
  #url;
  #taken = [];
  #waiting = [];

  constructor(url, owner) {
    this.#url = url;
    this.owner = owner;
  }

  /** What opens it. */
  get opening() {
    return { accountId: this.id, owner: this.owner, email: 'ada@example.org', deposit: euros('100') };
  }

  async open() {
    this.#executed((await this.#ask(OPEN, { input: this.opening, key: randomUUID() })).openAccount);
  }

  /** Adds an event, exactly once. */
  async deposit() {
    const variables = { input: { accountId: this.id, amount: euros('1') }, key: randomUUID() };
    this.#executed((await this.#ask(DEPOSIT, variables)).deposit);
  }

  /** Waits until it is in the list, with all up to a position. */
  async isListed(position) {
    await this.#ask(ACCOUNTS, { owner: this.owner, minPosition: position });
  }

  /** Notes what an answer says of a command. */
  #executed({ version, userErrors }) {
    assert.deepEqual(userErrors, []);
    this.version = Number(version);
  }

  /** Takes an event of a follower. */
  take = (event) => {
    this.#taken.push(event);
    for (const look of this.#waiting) look();
  };

  /** How many events the follower has taken. */
  get taken() {
    return this.#taken.length;
  }

  /** Waits until the follower has taken the last event. */
  isFollowed() {
    const { version } = this;
    const arrived = () => this.#taken.some(({ metadata }) => Number(metadata.version) >= version);
    const all = new Promise((resolve) => {
      const look = () => arrived() && resolve();
      this.#waiting.push(look);
      look();
    });
    return until(`version ${version} of the account of ${this.owner}`, all);
  }

  /** Every event has been taken once, in order, as the audit trail has it. */
  async isWhole() {
    const versions = this.#taken.map(({ metadata }) => Number(metadata.version));
    assert.deepEqual(versions, Array.from({ length: this.version }, (_, index) => index + 1), this.owner);
    const { nodes, pageInfo } = (await this.#ask(TRAIL, { id: this.id })).accountEvents;
    assert.equal(pageInfo.hasNextPage, false);
    assert.deepEqual(this.#taken.map(line), nodes.map(line), this.owner);
  }

  /** Asks until there is an answer; a command has a key, and so is executed once. */
  #ask(query, variables) {
    const answer = async () => {
      for (;;) {
        try {
          return await post(this.#url, { query, variables });
        } catch (error) {
          if (!isPassing(error)) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    return until(`an answer to what ${this.owner} asks`, answer());
  }
}

async function post(url, request) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(request),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors), { cause: errors[0] });
  return data;
}

/** Whether the bank was not reached, or is to be asked again. */
function isPassing(error) {
  const codes = ['BUSY', 'INDETERMINATE', 'READ_MODEL_BEHIND', 'TIMEOUT', 'UNAVAILABLE'];
  return error instanceof TypeError || codes.includes(error.cause?.extensions?.code);
}

/** An event, as far as it was asked for: clients add names of types. */
function line({ __typename, metadata: { cursor, version }, amount }) {
  return `${version} ${__typename} ${amount ? `${amount.amount} ${amount.currency}` : '-'} ${cursor}`;
}
