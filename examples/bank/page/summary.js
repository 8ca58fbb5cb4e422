// Who holds an account, and what it holds now.

import { statusBadge } from './accounts-table.js';
import { h } from './dom.js';
import { isNegative, moneyElement } from './money.js';
import { dayElement } from './moments.js';

export class Summary {
  #email = h('p', { class: 'email' });
  #balance = h('dd', { class: 'balance' }, '–');
  #facts = { status: h('dd', {}, '–'), transactions: h('dd', {}, '–'), opened: h('dd', {}, '–'), last: h('dd', {}, '–') };

  #list = h(
    'dl',
    { class: 'facts', hidden: true },
    fact('Balance', this.#balance),
    fact('Status', this.#facts.status),
    fact('Movements', this.#facts.transactions),
    fact('Opened', this.#facts.opened),
    fact('Last movement', this.#facts.last),
  );

  heading = h('h1', { tabindex: '-1' }, 'Account');
  element = h('div', { class: 'summary' }, h('div', { class: 'holder' }, this.heading, this.#email), this.#list);

  /** Shows the account. */
  show(account) {
    const { status, transactions, opened, last } = this.#facts;
    this.heading.textContent = account.owner;
    this.#email.textContent = account.email;
    const owed = isNegative(account.balance) ? h('span', { class: 'owed-word' }, 'overdrawn') : '';
    this.#balance.replaceChildren(moneyElement(account.balance), owed);
    status.replaceChildren(statusBadge(account.status));
    transactions.textContent = account.transactions;
    opened.replaceChildren(dayElement(account.openedAt));
    last.replaceChildren(account.lastTransactionAt ? dayElement(account.lastTransactionAt) : 'None yet');
    this.#list.hidden = false;
  }
}

function fact(name, value) {
  return h('div', {}, h('dt', {}, name), value);
}
