// Fields of forms, each with a place for its own error.

import { attribute, h, uniqueId } from './dom.js';
import { CURRENCIES, readAmount } from './money.js';

class Field {
  #error;

  constructor(name, label, control, hint) {
    this.name = name;
    this.control = control;
    control.id = uniqueId(name.replace('.', '-'));
    const hintId = hint ? `${control.id}-hint` : null;
    this.#error = h('p', { class: 'error', id: `${control.id}-error` });
    attribute(control, 'aria-describedby', [hintId, this.#error.id].filter(Boolean).join(' '));
    this.label = h('label', { for: control.id }, label);
    this.element = h(
      'div',
      { class: 'field' },
      this.label,
      hint ? h('p', { class: 'hint', id: hintId }, hint) : null,
      control,
      this.#error,
    );
    control.addEventListener('input', () => this.complain(null));
  }

  /** Says what is wrong with what was typed; `null` is nothing. */
  complain(problem) {
    this.#error.textContent = problem ?? '';
    attribute(this.control, 'aria-invalid', problem ? 'true' : null);
  }

  /** `{ value }`, or `{ problem }` in words. */
  read() {
    return { value: this.control.value.trim() };
  }

  /** Lets nobody change it, but everybody read it. */
  hold(held) {
    attribute(this.control, this.control.localName === 'select' ? 'disabled' : 'readonly', held);
  }

  reset() {
    this.control.value = '';
    this.complain(null);
  }
}

/** A text; `required` is what to say where there is none. */
export function textField({ name, label, hint, required, ...attributes }) {
  const control = h('input', { type: 'text', autocomplete: 'off', ...attributes });
  attribute(control, 'aria-required', required ? 'true' : null);
  const field = new Field(name, label, control, hint);
  if (required) field.read = () => (control.value.trim() ? { value: control.value.trim() } : { problem: required });
  return field;
}

/** An amount of money in `currency()`. */
export function amountField({ name, label, hint, currency }) {
  const control = h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', class: 'amount', 'aria-required': 'true' });
  const field = new Field(name, label, control, hint);
  field.read = () => {
    const { amount, problem } = readAmount(control.value, currency());
    return problem ? { problem } : { value: { amount, currency: currency() } };
  };
  return field;
}

/** One of the bank's currencies. */
export function currencyField({ name, label, initially }) {
  const options = CURRENCIES.map((code) => h('option', { value: code, selected: code === initially }, code));
  const field = new Field(name, label, h('select', {}, options));
  field.reset = () => field.complain(null);
  return field;
}
