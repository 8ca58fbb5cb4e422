// The table of accounts.

import { attribute, h } from './dom.js';
import { moneyElement } from './money.js';
import { dayElement } from './moments.js';
import { accountAddress } from './route.js';
import { Rows } from './rows.js';

/** A status as a badge: a word and a mark, not only a colour. */
export function statusBadge(status) {
  const words = { ACTIVE: 'Active', SUSPENDED: 'Suspended', CLOSED: 'Closed' };
  return h('span', { class: 'badge', 'data-status': status }, words[status] ?? status);
}

const COLUMNS = [
  { name: 'Holder', order: 'owner' },
  { name: 'Status', kind: 'spare' },
  { name: 'Opened', order: 'opened', kind: 'spare' },
  { name: 'Movements', kind: 'spare amount' },
  { name: 'Balance', order: 'balance', kind: 'amount' },
];

/** A table that shows pages of accounts. */
export class AccountsTable {
  #headers = COLUMNS.map(({ name, kind }) => h('th', { scope: 'col', class: kind }, name));
  #body = h('tbody');
  #rows = new Rows(this.#body, accountRow);
  #table = h(
    'table',
    { class: 'accounts' },
    h('caption', { class: 'unseen' }, 'Accounts'),
    h('thead', {}, h('tr', {}, this.#headers)),
    this.#body,
  );
  #empty = h('p', { class: 'empty', hidden: true });

  element = h('div', { class: 'sheet accounts-sheet' }, this.#table, this.#empty);

  /** Shows that an answer is being waited for. */
  wait() {
    attribute(this.element, 'aria-busy', 'true');
    this.element.classList.toggle('blank', this.#body.children.length === 0 && this.#empty.hidden);
  }

  /** Shows a page; `sort` is the order's name, `empty` what to say if there is nothing, `paged` whether there are more. */
  show(accounts, { sort, empty, paged }) {
    this.rest();
    this.element.classList.toggle('paged', paged);
    this.#rows.show(accounts);
    this.#empty.hidden = accounts.length > 0;
    // What is shown already stays: its link may have the focus, or be under a finger.
    if (!this.#empty.contains(empty)) this.#empty.replaceChildren(empty);
    const [column, direction] = (sort || 'owner').split('-');
    COLUMNS.forEach(({ order }, index) => {
      const sorted = order === column && (direction === 'desc' ? 'descending' : 'ascending');
      attribute(this.#headers[index], 'aria-sort', sorted);
    });
  }

  /** Shows that nothing is being waited for. */
  rest() {
    attribute(this.element, 'aria-busy', null);
    this.element.classList.remove('blank');
  }

  /** Shows the new state of an account; `false` if it isn't on the page. */
  update(account) {
    return this.#rows.update(account);
  }
}

function accountRow(account) {
  const link = h('a', { href: accountAddress(account.accountId) });
  const email = h('span', { class: 'email' });
  const [status, opened, movements, balance] = [h('td', { class: 'spare' }), h('td', { class: 'spare' }), h('td', { class: 'spare amount' }), h('td', { class: 'amount' })];
  // Where there is no room for its column, the status stands below the name.
  const narrowStatus = h('span', { class: 'narrow-only' });
  const holder = h('th', { scope: 'row' }, link, email, narrowStatus);
  return {
    element: h('tr', {}, holder, status, opened, movements, balance),
    fill(row) {
      link.textContent = row.owner;
      email.textContent = row.email;
      status.replaceChildren(statusBadge(row.status));
      narrowStatus.replaceChildren(statusBadge(row.status));
      opened.replaceChildren(dayElement(row.openedAt));
      movements.textContent = row.transactions;
      balance.replaceChildren(moneyElement(row.balance));
    },
  };
}
