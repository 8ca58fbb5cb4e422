// Putting money into an account, and taking it out.

import { CommandForm } from './command-form.js';
import { DEPOSIT, WITHDRAW } from './documents.js';
import { h, uniqueId } from './dom.js';
import { amountField, textField } from './fields.js';
import { inWords } from './money.js';
import { session } from './session.js';

/** The two forms for an account; `done()` is called after each success. */
export class MoneyForms {
  #account = null;
  #amounts = [];
  #forms = h('div', { class: 'cards' });
  #inactive = h('p', { class: 'note', hidden: true });

  element = h('section', { class: 'panel-group', 'aria-label': 'Move money' }, this.#forms, this.#inactive);

  constructor(done) {
    const deposit = () => this.#card('Deposit', DEPOSIT, (amount) => `${amount} deposited.`, done);
    const withdraw = this.#card('Withdraw', WITHDRAW, (amount) => `${amount} withdrawn.`, done);
    const tellers = () => h('p', { class: 'note' }, 'A teller puts money in for you.');
    // Holders get at their money by themselves; that it has come, a teller has seen.
    this.#forms.append(...(session.isCustomer ? [withdraw, tellers()] : [deposit(), withdraw]));
  }

  /** Shows the forms for the account as it is now. */
  show(account) {
    this.#account = account;
    for (const field of this.#amounts) field.label.textContent = `Amount in ${account.currency}`;
    const active = account.status === 'ACTIVE';
    this.#forms.hidden = !active;
    this.#inactive.hidden = active;
    this.#inactive.textContent = `The account is ${account.status.toLowerCase()}: no money can be moved.`;
  }

  #card(title, mutation, success, done) {
    const amount = amountField({ name: 'amount', label: 'Amount', currency: () => this.#account.currency });
    this.#amounts.push(amount);
    const description = textField({ name: 'description', label: 'Description (optional)', maxlength: 200 });
    const form = new CommandForm({
      name: title,
      submit: title,
      mutation,
      fields: [amount, description],
      input: (values) => ({
        accountId: this.#account.accountId,
        amount: values.amount,
        description: values.description || null,
      }),
      success: (values) => success(inWords(values.amount)),
      done,
    });
    const heading = h('h2', { id: uniqueId('heading') }, title);
    return h('section', { class: 'panel', 'aria-labelledby': heading.id }, heading, form.element);
  }
}
