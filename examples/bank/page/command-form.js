// A form that executes a command: once per submission, however often its answer is lost.

import { ApiError, execute } from './api.js';
import { h } from './dom.js';
import { announce, sentence, wording } from './notices.js';
import { unique } from './unique.js';

/**
 * `fields` are read into an object, of which `input(values)` makes the command's input. After success, `done(outcome)`
 * is called, and what `success(values)` returns is announced.
 */
export class CommandForm {
  #options;
  #busy = false;
  // What was sent and has had no answer: `{ values, input, key }`. It is sent again as it is, under the same key.
  #unanswered = null;
  #submit;
  #restart = h('button', { type: 'button', hidden: true, on: { click: () => this.#startOver() } }, 'Start over');
  #error = h('div', { class: 'form-error', role: 'alert' });
  #success = h('p', { class: 'form-success' });

  constructor(options) {
    this.#options = options;
    this.#submit = h('button', { type: 'submit', class: 'primary' }, options.submit);
    const submit = (event) => {
      event.preventDefault();
      this.#send();
    };
    this.element = h(
      'form',
      { class: 'command', novalidate: true, 'aria-label': options.name, on: { submit, input: () => this.#success.replaceChildren() } },
      options.fields.map((field) => field.element),
      this.#error,
      h('div', { class: 'actions' }, this.#submit, this.#restart, this.#success),
    );
  }

  async #send() {
    if (this.#busy) return;
    const submission = this.#unanswered ?? this.#read();
    if (!submission) return;
    this.#wait(true);
    try {
      this.#answered(submission, await execute(this.#options.mutation, submission.input, submission.key));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#failed(submission, error);
    } finally {
      this.#wait(false);
    }
  }

  #read() {
    this.#clear();
    const values = {};
    for (const field of this.#options.fields) {
      const { value, problem } = field.read();
      values[field.name] = value;
      if (problem) field.complain(problem);
    }
    if (this.#focusInvalid()) return null;
    return { values, input: this.#options.input(values), key: unique() };
  }

  #answered(submission, outcome) {
    this.#hold(null);
    this.#clear();
    if (outcome.userErrors.length > 0) {
      this.#refused(outcome.userErrors);
      return;
    }
    const success = this.#options.success(submission.values);
    this.#options.fields.forEach((field) => field.reset());
    this.#success.textContent = success;
    announce(success);
    this.#options.done(outcome);
  }

  #refused(userErrors) {
    const general = [];
    for (const { field, message } of userErrors) {
      const place = field && this.#fieldAt(field);
      if (place) place.complain(sentence(message));
      else general.push(sentence(message));
    }
    this.#error.replaceChildren(...general.map((text) => h('p', {}, text)));
    this.#focusInvalid();
  }

  #failed(submission, error) {
    this.#clear();
    if (error.outcomeUnknown) {
      this.#hold(submission);
      const advice = 'It is not certain whether it was done. Try again: it is not done twice.';
      this.#error.replaceChildren(h('p', {}, `${wording(error)} ${advice}`));
    } else {
      this.#hold(null);
      this.#error.replaceChildren(h('p', {}, wording(error)));
    }
  }

  // The path of an error may lead into a field: `deposit.amount` is shown at `deposit`.
  #fieldAt(path) {
    for (let length = path.length; length > 0; length -= 1) {
      const name = path.slice(0, length).join('.');
      const field = this.#options.fields.find((each) => each.name === name);
      if (field) return field;
    }
    return null;
  }

  #focusInvalid() {
    const invalid = this.#options.fields.find(({ control }) => control.getAttribute('aria-invalid'));
    invalid?.control.focus();
    return Boolean(invalid);
  }

  #startOver() {
    this.#hold(null);
    this.#clear();
    this.#options.fields[0].control.focus();
  }

  #hold(submission) {
    this.#unanswered = submission;
    this.#options.fields.forEach((field) => field.hold(submission !== null));
    this.#submit.textContent = submission ? 'Try again' : this.#options.submit;
    this.#restart.hidden = submission === null;
  }

  #clear() {
    this.#options.fields.forEach((field) => field.complain(null));
    this.#error.replaceChildren();
    this.#success.replaceChildren();
  }

  #wait(busy) {
    this.#busy = busy;
    // Not `disabled`: the focus would be lost.
    this.#submit.setAttribute('aria-disabled', String(busy));
  }
}
