// What has happened to an account, from its audit trail and then from its subscription, each event once.

import { ask } from './api.js';
import { EVENTS } from './documents.js';

const PAGE = 100;
const MOST = 1000;

export class History {
  #id;
  #events = [];

  /** Where a subscription resumes: behind the last event that is here. */
  cursor = null;

  /** Whether there are older events than the ones here. */
  truncated = false;

  constructor(id) {
    this.#id = id;
  }

  /** The events, oldest first. */
  get events() {
    return this.#events;
  }

  /** Whether anything has happened, of which read models may not know yet. */
  async hasBegun(signal) {
    return (await this.#page({ first: 1 }, signal)).nodes.length > 0;
  }

  /** Loads the last events, then older ones; `more()` is called when there are more to show. */
  async load(signal, more) {
    let page = await this.#page({ last: PAGE }, signal);
    this.#events = page.nodes;
    this.cursor = page.pageInfo.endCursor;
    more();
    while (page.pageInfo.hasPreviousPage && this.#events.length < MOST) {
      page = await this.#page({ last: PAGE, before: page.pageInfo.startCursor }, signal);
      this.#events = [...page.nodes, ...this.#events];
      more();
    }
    this.truncated = page.pageInfo.hasPreviousPage;
  }

  /** Loads what has happened since, for as long as the subscription can't tell. */
  async catchUp(signal) {
    let page;
    do {
      page = await this.#page({ first: PAGE, after: this.cursor }, signal);
      page.nodes.forEach((event) => this.add(event));
    } while (page.pageInfo.hasNextPage && page.nodes.length > 0);
  }

  /** Adds the next event; `false` if it is here already. */
  add(event) {
    const last = this.#events.at(-1);
    if (last && BigInt(event.metadata.version) <= BigInt(last.metadata.version)) return false;
    this.#events = [...this.#events, event];
    this.cursor = event.metadata.cursor;
    return true;
  }

  async #page(place, signal) {
    return (await ask(EVENTS, { id: this.#id, ...place }, signal)).accountEvents;
  }
}
