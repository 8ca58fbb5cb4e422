// The movements that the chart draws: the latest ones, oldest first.

import { ask } from './api.js';
import { STATEMENT } from './documents.js';

const PAGE = 100;
const MOST = 1000;

export class Movements {
  #id;
  #all = [];

  /** Whether there are older movements than the ones here. */
  truncated = false;

  constructor(id) {
    this.#id = id;
  }

  /** The movements, oldest first. */
  get all() {
    return this.#all;
  }

  /** Loads those that aren't here yet, newest first, until it meets those that are. */
  async load(signal) {
    const newest = this.#all.at(-1);
    const found = [];
    let after = null;
    for (;;) {
      const variables = { id: this.#id, order: 'DESC', first: PAGE, after };
      const { nodes, pageInfo } = (await ask(STATEMENT, variables, signal)).accountStatements;
      const fresh = newest ? nodes.filter(({ version }) => BigInt(version) > BigInt(newest.version)) : nodes;
      found.push(...fresh);
      const met = fresh.length < nodes.length || !pageInfo.hasNextPage;
      if (met || found.length >= MOST) {
        this.truncated = this.truncated || !met;
        break;
      }
      after = pageInfo.endCursor;
    }
    this.#add(found.reverse());
  }

  // Another question may have been answered in the meantime.
  #add(movements) {
    const newest = BigInt(this.#all.at(-1)?.version ?? 0);
    this.#all = [...this.#all, ...movements.filter(({ version }) => BigInt(version) > newest)].slice(-MOST);
  }
}
