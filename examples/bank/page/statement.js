// The movements of an account, page by page, latest first.

import { ask } from './api.js';
import { STATEMENT } from './documents.js';
import { attribute, h, uniqueId } from './dom.js';
import { moneyElement } from './money.js';
import { TIME_ZONE, momentElement } from './moments.js';
import { Problem, announce, isAbort } from './notices.js';
import { Pager, pageAt } from './pager.js';
import { Rows } from './rows.js';

const PAGE = 10;
const KINDS = { DEPOSIT: 'Deposit', WITHDRAWAL: 'Withdrawal', INTEREST: 'Interest', FEE: 'Fee' };

export class Statement {
  #id;
  #place = {};
  #question = null;
  #problem = new Problem();
  #amount = h('th', { scope: 'col', class: 'amount' }, 'Amount');
  #balance = h('th', { scope: 'col', class: 'amount spare' }, 'Balance');
  #body = h('tbody');
  #rows = new Rows(this.#body, movementRow);
  #empty = h('p', { class: 'empty', hidden: true }, 'No money has moved yet.');
  #count = h('p', { class: 'count' }, '\u00a0');
  #pager = new Pager('movements', (place) => this.#turn(place));
  #sheet = h(
    'div',
    { class: 'sheet statement-sheet blank' },
    h(
      'table',
      { class: 'statement' },
      h('caption', { class: 'unseen' }, `Movements, latest first; times are those of ${TIME_ZONE}`),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'When'), h('th', { scope: 'col' }, 'What'), this.#amount, this.#balance)),
      this.#body,
    ),
    this.#empty,
  );

  constructor(id) {
    this.#id = id;
    const heading = h('h2', { id: uniqueId('heading') }, 'Statement');
    this.element = h(
      'section',
      { class: 'panel', 'aria-labelledby': heading.id },
      heading,
      this.#problem.element,
      this.#sheet,
      h('div', { class: 'foot' }, this.#count, this.#pager.element),
    );
  }

  /** Loads the page that is shown, anew. */
  async load({ quiet = false, toAnnounce = false } = {}) {
    this.#question?.abort();
    const question = new AbortController();
    this.#question = question;
    attribute(this.#sheet, 'aria-busy', !quiet && 'true');
    try {
      this.#show(await this.#page(question.signal));
      if (toAnnounce) announce(`${this.#count.textContent} shown.`);
    } catch (error) {
      if (isAbort(error) || question.signal.aborted) return;
      this.#rest();
      if (!quiet || this.#body.children.length === 0) this.#problem.show('The statement can’t be shown.', error, () => this.load());
    }
  }

  close() {
    this.#question?.abort();
  }

  async #page(signal) {
    const { page, place } = await pageAt(this.#place, PAGE, async (variables) => (
      (await ask(STATEMENT, { id: this.#id, order: 'DESC', ...variables }, signal)).accountStatements
    ));
    signal.throwIfAborted();
    this.#place = place;
    return page;
  }

  #turn(place) {
    this.#place = place;
    this.load({ toAnnounce: true });
  }

  #show({ nodes, totalCount, pageInfo }) {
    this.#problem.clear();
    this.#rest();
    this.#rows.show(nodes);
    this.#empty.hidden = nodes.length > 0;
    this.#pager.show(pageInfo, this.#place);
    this.#sheet.classList.toggle('paged', BigInt(totalCount) > BigInt(PAGE));
    this.#count.textContent = `${nodes.length} of ${totalCount} ${totalCount === '1' ? 'movement' : 'movements'}`;
    const currency = nodes[0]?.amount.currency;
    if (!currency) return;
    this.#amount.textContent = `Amount (${currency})`;
    this.#balance.textContent = `Balance (${currency})`;
  }

  #rest() {
    attribute(this.#sheet, 'aria-busy', null);
    this.#sheet.classList.remove('blank');
  }
}

function movementRow() {
  const [what, amount, balance] = [h('td'), h('td', { class: 'amount' }), h('td', { class: 'amount spare' })];
  const when = h('th', { scope: 'row' });
  return {
    element: h('tr', {}, when, what, amount, balance),
    fill(movement) {
      when.replaceChildren(momentElement(movement.at));
      const description = movement.description ? h('span', { class: 'description' }, movement.description) : null;
      what.replaceChildren(KINDS[movement.kind] ?? movement.kind, ...(description ? [' ', description] : []));
      const then = moneyElement(movement.balance, { unit: false });
      // Where there is no room for its column, the balance stands below the amount.
      const narrowBalance = h('span', { class: 'narrow-only then' }, 'Balance ', then.cloneNode(true));
      amount.replaceChildren(moneyElement(movement.amount, { signed: true, unit: false }), narrowBalance);
      balance.replaceChildren(then);
    },
  };
}
