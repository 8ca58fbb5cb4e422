// What people choose above the list of accounts.

import { debounce, h, uniqueId } from './dom.js';
import { CURRENCIES } from './money.js';

/** The choices of an order, by the name that stands in the address. */
export const ORDERS = {
  'owner': ['Holder, A to Z', { owner: 'ASC' }],
  'owner-desc': ['Holder, Z to A', { owner: 'DESC' }],
  'balance-desc': ['Balance, highest first', { balance: 'DESC' }],
  'balance': ['Balance, lowest first', { balance: 'ASC' }],
  'opened-desc': ['Newest first', { openedAt: 'DESC' }],
  'opened': ['Oldest first', { openedAt: 'ASC' }],
};

const STATUSES = { ACTIVE: 'Active', SUSPENDED: 'Suspended', CLOSED: 'Closed' };

/** The filter of a query and a subscription for these choices. */
export function filterOf({ owner, status, currency }) {
  return {
    ...(owner ? { owner: { containsIgnoringCase: owner } } : {}),
    ...(status ? { status: { eq: status } } : {}),
    ...(currency ? { currency: { eq: currency } } : {}),
  };
}

/** The choices that an address names; what it can't mean is left out. */
export function choicesOf(query) {
  const known = (name, values) => (values.includes(query.get(name)) ? query.get(name) : '');
  return {
    owner: query.get('owner') ?? '',
    status: known('status', Object.keys(STATUSES)),
    currency: known('currency', CURRENCIES),
    sort: known('sort', Object.keys(ORDERS)),
  };
}

/** The fields; `changed(choices)` is called when somebody chooses. */
export class AccountsFilter {
  #owner = h('input', { type: 'search', id: uniqueId('owner'), autocomplete: 'off', spellcheck: 'false', maxlength: 200 });
  #status = select({ '': 'Any', ...STATUSES });
  #currency = select({ '': 'Any', ...Object.fromEntries(CURRENCIES.map((code) => [code, code])) });
  #sort = select(Object.fromEntries(Object.entries(ORDERS).map(([name, [label]]) => [name, label])));

  constructor(changed) {
    const now = () => {
      later.cancel();
      changed(this.#choices());
    };
    const later = debounce(now, 200);
    this.#owner.addEventListener('input', later);
    for (const field of [this.#status, this.#currency, this.#sort]) field.addEventListener('change', now);
    const submit = (event) => {
      event.preventDefault();
      now();
    };
    this.element = h(
      'form',
      { class: 'filter', role: 'search', 'aria-label': 'Accounts', on: { submit } },
      labelled('Search by holder', this.#owner, 'wide'),
      labelled('Status', this.#status),
      labelled('Currency', this.#currency),
      labelled('Order', this.#sort),
    );
    this.close = later.cancel;
  }

  /** Shows choices, unless somebody is typing. */
  show({ owner, status, currency, sort }) {
    if (document.activeElement !== this.#owner) this.#owner.value = owner;
    this.#status.value = status;
    this.#currency.value = currency;
    this.#sort.value = sort || 'owner';
  }

  #choices() {
    return {
      owner: this.#owner.value.trim(),
      status: this.#status.value,
      currency: this.#currency.value,
      sort: this.#sort.value === 'owner' ? '' : this.#sort.value,
    };
  }
}

function select(options) {
  const choices = Object.entries(options).map(([value, text]) => h('option', { value }, text));
  return h('select', { id: uniqueId('choice') }, choices);
}

function labelled(text, field, extra = '') {
  return h('div', { class: `field ${extra}` }, h('label', { for: field.id }, text), field);
}
