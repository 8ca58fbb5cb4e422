// The list of accounts: searched, ordered, paged, and kept up to date while it is looked at.

import { AccountsFilter, ORDERS, choicesOf, filterOf } from './accounts-filter.js';
import { AccountsTable } from './accounts-table.js';
import { ask, refusal } from './api.js';
import { ACCOUNTS, ACCOUNTS_CHANGED } from './documents.js';
import { coalesce, debounce, h } from './dom.js';
import { live } from './live.js';
import { Problem, announce, isAbort } from './notices.js';
import { Pager, pageAt } from './pager.js';
import { accountsAddress, entitle, rememberAccounts } from './route.js';
import { session } from './session.js';

const PAGE = 12;
// A flood of changes makes for a few questions, not for one each.
const REFRESH_AFTER = 150;

/** Shows the list; `follow` shows it with other choices. */
export function accountsView(route) {
  const list = new AccountsList();
  list.follow(route);
  return { element: list.element, heading: list.heading, follow: (next) => list.follow(next), close: () => list.close() };
}

class AccountsList {
  heading = h('h1', { tabindex: '-1' }, 'Accounts');
  #choices = null;
  #place = {};
  #page = null;
  #question = null;
  // Whether people wait for an answer, and whether it is to be announced.
  #awaited = false;
  #toAnnounce = false;
  #unsubscribe = null;
  #filter = new AccountsFilter((choices) => this.#choose(choices));
  #table = new AccountsTable();
  #pager = new Pager('accounts', (place) => this.#turn(place));
  #problem = new Problem();
  // Said until changes are followed again, whatever is shown meanwhile.
  #notLive = new Problem();
  #count = h('p', { class: 'count' }, '\u00a0');
  #noneLikeThat = h('span', {}, 'No account is like that. ', h('a', { href: '#/' }, 'Show all accounts'), '.');
  #noneAtAll = session.isCustomer
    ? h('span', {}, 'There is no account in your name yet. A teller opens one.')
    : h('span', {}, 'There are no accounts yet. ', h('a', { href: '#/open' }, 'Open the first one'), '.');
  #refresh = debounce(coalesce(() => this.#load(true)), REFRESH_AFTER);

  constructor() {
    entitle('Accounts');
    const foot = h('div', { class: 'foot' }, this.#count, this.#pager.element);
    const problems = [this.#notLive.element, this.#problem.element];
    this.element = h('div', { class: 'view' }, this.heading, this.#filter.element, problems, this.#table.element, foot);
  }

  /** Shows what an address names. */
  follow({ query }) {
    const choices = choicesOf(query);
    const same = JSON.stringify(filterOf(choices)) === JSON.stringify(this.#choices && filterOf(this.#choices));
    this.#toAnnounce = this.#choices !== null;
    this.#choices = choices;
    this.#place = { after: query.get('after'), before: query.get('before') };
    this.#filter.show(choices);
    rememberAccounts(location.hash);
    if (!same) this.#subscribe();
    this.#load(false);
  }

  close() {
    this.#refresh.cancel();
    this.#filter.close();
    this.#question?.abort();
    this.#unsubscribe?.();
  }

  // Typing makes no history, turning pages does.
  #choose(choices) {
    history.replaceState(null, '', accountsAddress(choices));
    this.follow({ query: new URLSearchParams(choices) });
  }

  #turn(place) {
    location.hash = accountsAddress({ ...this.#choices, ...place });
  }

  #subscribe() {
    this.#unsubscribe?.();
    this.#notLive.clear();
    this.#unsubscribe = live.subscribe({
      query: ACCOUNTS_CHANGED,
      variables: () => ({ filter: filterOf(this.#choices) }),
      // Changes before this moment have not been told.
      established: () => this.#refresh(),
      next: ({ accountSummaryChanged }) => this.#changed(accountSummaryChanged),
      failed: (errors) => this.#notLive.show('Changes by others don’t show by themselves.', refusal(errors), () => this.#again()),
    });
  }

  #again() {
    this.#subscribe();
    // The button that was pressed is gone.
    this.heading.focus({ preventScroll: true });
    this.#load(false);
  }

  #changed({ kind, row, position }) {
    const shown = kind === 'UPSERT' && row && this.#table.update(row);
    if (shown && !this.#choices.sort.startsWith('balance')) return;
    const contained = position && this.#page && BigInt(position) <= BigInt(this.#page.position);
    if (!shown && kind === 'UPSERT' && contained) return;
    this.#refresh();
  }

  async #load(quiet) {
    this.#question?.abort();
    const question = new AbortController();
    this.#question = question;
    if (!quiet) {
      this.#awaited = true;
      this.#table.wait();
    }
    try {
      this.#show(await this.#ask(question.signal));
      this.#awaited = false;
    } catch (error) {
      if (isAbort(error) || question.signal.aborted) return;
      // Once the connection is back, the list is asked for again.
      if (!this.#awaited) return;
      this.#awaited = false;
      this.#table.rest();
      this.#problem.show('The accounts can’t be shown.', error, () => this.#load(false));
    }
  }

  async #ask(signal) {
    const [, order] = ORDERS[this.#choices.sort || 'owner'];
    const choices = { filter: filterOf(this.#choices), orderBy: [order] };
    const { page, place } = await pageAt(this.#place, PAGE, async (variables) => (
      (await ask(ACCOUNTS, { ...choices, ...variables }, signal)).accountSummaries
    ));
    signal.throwIfAborted();
    if (place !== this.#place) history.replaceState(null, '', accountsAddress(this.#choices));
    this.#place = place;
    return page;
  }

  #show(page) {
    this.#page = page;
    const focused = document.activeElement;
    this.#problem.clear();
    const paged = BigInt(page.totalCount) > BigInt(PAGE);
    const chosen = Object.keys(filterOf(this.#choices)).length > 0;
    const empty = chosen ? this.#noneLikeThat : this.#noneAtAll;
    this.#table.show(page.nodes, { sort: this.#choices.sort, empty, paged });
    this.#pager.show(page.pageInfo, this.#place);
    const { length } = page.nodes;
    this.#count.textContent = `${length} of ${page.totalCount} ${page.totalCount === '1' ? 'account' : 'accounts'}`;
    if (this.#toAnnounce) announce(`${this.#count.textContent} shown.`);
    this.#toAnnounce = false;
    // A button or a link that has done its work and gone leaves the focus nowhere.
    if (!focused.isConnected || focused.closest('[hidden]')) this.heading.focus({ preventScroll: true });
  }
}
