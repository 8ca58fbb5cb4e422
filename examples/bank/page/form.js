// A form: what is typed is read, what is wrong with it stands at its field, and it is sent once at a time.

import { h } from './dom.js';
import { sentence } from './notices.js';

export class Form {
  #fields;
  #busy = false;
  #submit;
  #error = h('div', { class: 'form-error', role: 'alert' });

  /** `send()` is called when people submit it, `typed()` when they change something. `actions` stand beside the button. */
  constructor({ name, submit, fields, send, typed = () => {}, actions = [] }) {
    this.#fields = fields;
    this.#submit = h('button', { type: 'submit', class: 'primary' }, submit);
    const submitted = (event) => {
      event.preventDefault();
      this.#once(send);
    };
    this.element = h(
      'form',
      { class: 'command', novalidate: true, 'aria-label': name, on: { submit: submitted, input: typed } },
      fields.map((field) => field.element),
      this.#error,
      h('div', { class: 'actions' }, this.#submit, actions),
    );
  }

  /** What was typed, by the names of the fields; `null` if something is wrong with it, which is said. */
  read() {
    this.clear();
    const values = {};
    for (const field of this.#fields) {
      const { value, problem } = field.read();
      values[field.name] = value;
      if (problem) field.complain(problem);
    }
    return this.#focusInvalid() ? null : values;
  }

  /** Shows errors at the fields that they name, and the others below all fields. */
  refuse(errors) {
    const general = [];
    for (const { field, message } of errors) {
      const place = field && this.#fieldAt(field);
      if (place) place.complain(sentence(message));
      else general.push(sentence(message));
    }
    this.#error.replaceChildren(...general.map((text) => h('p', {}, text)));
    this.#focusInvalid();
  }

  /** Shows what went wrong, with what no field has to do. */
  fail(text) {
    this.#error.replaceChildren(h('p', {}, text));
  }

  clear() {
    this.#fields.forEach((field) => field.complain(null));
    this.#error.replaceChildren();
  }

  reset() {
    this.#fields.forEach((field) => field.reset());
  }

  /** Lets nobody change what is in it; `submit` is what the button says. */
  hold(held, submit) {
    this.#fields.forEach((field) => field.hold(held));
    this.#submit.textContent = submit;
  }

  focus() {
    this.#fields[0].control.focus();
  }

  async #once(send) {
    if (this.#busy) return;
    this.#wait(true);
    try {
      await send();
    } finally {
      this.#wait(false);
    }
  }

  #wait(busy) {
    this.#busy = busy;
    // Not `disabled`: the focus would be lost.
    this.#submit.setAttribute('aria-disabled', String(busy));
  }

  // The path of an error may lead into a field: `deposit.amount` is shown at `deposit`.
  #fieldAt(path) {
    for (let length = path.length; length > 0; length -= 1) {
      const name = path.slice(0, length).join('.');
      const field = this.#fields.find((each) => each.name === name);
      if (field) return field;
    }
    return null;
  }

  #focusInvalid() {
    const invalid = this.#fields.find(({ control }) => control.getAttribute('aria-invalid'));
    invalid?.control.focus();
    return Boolean(invalid);
  }
}
