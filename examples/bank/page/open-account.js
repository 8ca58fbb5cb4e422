// Opening an account.

import { knock } from './api.js';
import { CommandForm } from './command-form.js';
import { OPEN_ACCOUNT } from './documents.js';
import { h } from './dom.js';
import { amountField, currencyField, textField } from './fields.js';
import { inWords } from './money.js';
import { accountAddress, entitle } from './route.js';
import { session } from './session.js';
import { unique } from './unique.js';

/** Shows the form to who may send it. */
export function openView() {
  entitle('Open an account');
  const heading = h('h1', { tabindex: '-1' }, 'Open an account');
  if (session.isCustomer) {
    const tellers = h('p', {}, 'A teller opens accounts. ', h('a', { href: '#/' }, 'See your accounts'), '.');
    return { element: h('div', { class: 'view narrow' }, heading, tellers), heading };
  }
  knock();
  const intro = h('p', { class: 'intro' }, 'The account is kept in the currency of its first deposit.');
  return { element: h('div', { class: 'view narrow' }, heading, intro, h('div', { class: 'panel' }, openingForm().element)), heading };
}

function openingForm() {
  const currency = currencyField({ name: 'deposit.currency', label: 'Currency', initially: 'EUR' });
  return new CommandForm({
    name: 'Open an account',
    submit: 'Open the account',
    mutation: OPEN_ACCOUNT,
    fields: [
      textField({ name: 'owner', label: 'Holder', autocomplete: 'name', maxlength: 200, required: 'Enter who holds the account.' }),
      textField({
        name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'email', maxlength: 254, required: 'Enter an e-mail address.',
      }),
      currency,
      amountField({ name: 'deposit', label: 'First deposit', currency: () => currency.control.value }),
    ],
    input: ({ owner, email, deposit }) => ({ accountId: unique(), owner, email, deposit }),
    success: ({ owner, deposit }) => `Account opened for ${owner} with ${inWords(deposit)}.`,
    done: ({ id }) => {
      location.hash = accountAddress(id);
    },
  });
}
