// One account: what it holds, how it came to that, and moving money; live.

import { ask, noticed, outdatedAnswers, refusal } from './api.js';
import { Chart } from './chart.js';
import { ACCOUNT, ACCOUNT_EVENTS } from './documents.js';
import { coalesce, debounce, h, uniqueId } from './dom.js';
import { inWordsOf } from './happenings.js';
import { History } from './history.js';
import { live } from './live.js';
import { MoneyForms } from './money-forms.js';
import { Movements } from './movements.js';
import { Problem, announce, isAbort } from './notices.js';
import { entitle, lastAccountsAddress } from './route.js';
import { session } from './session.js';
import { Statement } from './statement.js';
import { Summary } from './summary.js';
import { Timeline } from './timeline.js';

const REFRESH_AFTER = 50;
// While the bank's read models are behind what has happened.
const ASK_AGAIN_AFTER = 1_000;

/** Shows the account that the address names. */
export function accountView({ id }) {
  const account = new AccountPage(id);
  account.load();
  return { element: account.element, heading: account.heading, close: () => account.close() };
}

class AccountPage {
  #id;
  #closed = new AbortController();
  #unsubscribe = null;
  #summary = new Summary();
  #problem = new Problem();
  #chartProblem = new Problem();
  #historyProblem = new Problem();
  #history;
  #movements;
  #statement;
  #timeline;
  #chart = new Chart((milliseconds) => this.#timeline.pick(milliseconds));
  #forms = new MoneyForms(() => this.#refresh());
  #refresh = debounce(coalesce(() => this.#loadChanges()), REFRESH_AFTER);
  #loadLater = debounce(() => this.load(), ASK_AGAIN_AFTER);
  #refreshLater = debounce(() => this.#refresh(), ASK_AGAIN_AFTER);
  #loading = h('p', { class: 'loading' }, 'Loading the account …');
  #body;

  heading = this.#summary.heading;

  constructor(id) {
    entitle('Account');
    this.#id = id;
    this.#history = new History(id);
    this.#movements = new Movements(id);
    this.#statement = new Statement(id);
    this.#timeline = new Timeline(id, (moment) => this.#chart.mark(moment));
    this.#body = h(
      'div',
      { class: 'account', hidden: true },
      h(
        'div',
        { class: 'story' },
        panel('Balance over time', this.#chartProblem.element, this.#chart.element),
        panel('Back in time', this.#historyProblem.element, this.#timeline.element),
      ),
      this.#forms.element,
      this.#statement.element,
    );
    const back = h('p', { class: 'back' }, h('a', { href: lastAccountsAddress() }, '‹ Accounts'));
    this.element = h('div', { class: 'view' }, back, this.#summary.element, this.#problem.element, this.#loading, this.#body);
  }

  async load() {
    const [found] = await Promise.all([this.#loadSummary(), this.#statement.load()]);
    if (!found) return;
    // All at once: nothing that can be seen is moved by what comes later.
    this.#body.hidden = false;
    this.#loadChart();
    this.#loadHistory();
  }

  close() {
    this.#closed.abort();
    this.#unsubscribe?.();
    for (const later of [this.#refresh, this.#loadLater, this.#refreshLater]) later.cancel();
    this.#chart.close();
    this.#timeline.close();
    this.#statement.close();
  }

  /** Whether there is such an account. */
  async #loadSummary() {
    try {
      const { accountSummary } = await ask(ACCOUNT, { id: this.#id }, this.#closed.signal);
      this.#problem.clear();
      if (accountSummary) this.#show(accountSummary);
      else if (await this.#history.hasBegun(this.#closed.signal)) this.#loadLater();
      else this.#missing();
      return accountSummary !== null;
    } catch (error) {
      if (isAbort(error)) return false;
      this.#loading.hidden = true;
      // What is shown stays; it is asked for again with the next change.
      if (this.#body.hidden) this.#problem.show('The account can’t be shown.', error, () => this.load());
      return false;
    }
  }

  #show(account) {
    entitle(account.owner);
    this.#loading.hidden = true;
    this.#summary.show(account);
    this.#forms.show(account);
  }

  #missing() {
    entitle('No such account');
    this.heading.textContent = 'No such account';
    const all = h('a', { href: '#/' }, 'See all accounts');
    // Which accounts others have is not for everybody to know.
    const none = session.isCustomer ? 'You have no account with this number. ' : 'The bank has no account with this number. ';
    this.element.replaceChildren(this.heading, h('p', {}, none, all, '.'));
  }

  async #loadChart() {
    try {
      await this.#movements.load(this.#closed.signal);
      this.#chart.show(this.#movements.all, this.#movements.truncated);
      this.#chartProblem.clear();
    } catch (error) {
      if (isAbort(error) || this.#movements.all.length > 0) return;
      this.#chartProblem.show('The chart can’t be shown.', error, () => this.#loadChart());
    }
  }

  async #loadHistory() {
    try {
      await this.#history.load(this.#closed.signal, () => this.#followHistory());
      this.#followHistory();
      this.#historyProblem.clear();
      noticed(this.#history.events.at(-1)?.metadata.position);
      this.#subscribe();
    } catch (error) {
      if (!isAbort(error)) this.#historyProblem.show('The history can’t be shown.', error, () => this.#loadHistory());
    }
  }

  #followHistory() {
    this.#timeline.follow(this.#history.events, this.#history.truncated);
  }

  // From the last event that is here; after an interruption, from the last one that has come.
  #subscribe() {
    if (this.#closed.signal.aborted || this.#unsubscribe) return;
    this.#unsubscribe = live.subscribe({
      query: ACCOUNT_EVENTS,
      variables: () => ({ id: this.#id, after: this.#history.cursor }),
      // What is shown beside the history may be older than it.
      established: () => this.#refresh(),
      next: ({ accountEvents }) => this.#happened(accountEvents),
      failed: (errors) => this.#notLive(errors),
    });
  }

  #happened(event) {
    if (!this.#history.add(event)) return;
    noticed(event.metadata.position);
    announce(`${inWordsOf(event)}.`);
    this.#followHistory();
    this.#refresh();
  }

  #notLive(errors) {
    this.#unsubscribe = null;
    this.#historyProblem.show('Changes by others don’t show by themselves.', refusal(errors), () => this.#loadHistory());
  }

  async #loadChanges() {
    const before = outdatedAnswers();
    await Promise.all([this.#loadSummary(), this.#statement.load({ quiet: true }), this.#loadChart(), this.#catchUp()]);
    // Nothing tells when the bank has caught up.
    if (outdatedAnswers() > before && !this.#closed.signal.aborted) this.#refreshLater();
  }

  // What the subscription can't tell for the time being.
  async #catchUp() {
    if (live.status === 'open' || this.#history.cursor === null) return;
    try {
      await this.#history.catchUp(this.#closed.signal);
      this.#followHistory();
    } catch (error) {
      if (!isAbort(error)) console.warn('the history is not up to date', error.code);
    }
  }
}

function panel(title, ...content) {
  const heading = h('h2', { id: uniqueId('heading') }, title);
  return h('section', { class: 'panel', 'aria-labelledby': heading.id }, heading, ...content);
}
