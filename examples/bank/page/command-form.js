// A form that executes a command: once per submission, however often its answer is lost.

import { ApiError, execute } from './api.js';
import { h } from './dom.js';
import { Form } from './form.js';
import { announce, wording } from './notices.js';
import { unique } from './unique.js';

/**
 * `fields` are read into an object, of which `input(values)` makes the command's input. After success, `done(outcome)`
 * is called, and what `success(values)` returns is announced.
 */
export class CommandForm {
  #options;
  // What was sent and has had no answer: `{ values, input, key }`. It is sent again as it is, under the same key.
  #unanswered = null;
  #form;
  #restart = h('button', { type: 'button', hidden: true, on: { click: () => this.#startOver() } }, 'Start over');
  #success = h('p', { class: 'form-success' });

  constructor(options) {
    this.#options = options;
    const { name, submit, fields } = options;
    const typed = () => this.#success.replaceChildren();
    this.#form = new Form({ name, submit, fields, typed, send: () => this.#send(), actions: [this.#restart, this.#success] });
    this.element = this.#form.element;
  }

  async #send() {
    const submission = this.#unanswered ?? this.#read();
    if (!submission) return;
    try {
      this.#answered(submission, await execute(this.#options.mutation, submission.input, submission.key));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#failed(submission, error);
    }
  }

  #read() {
    this.#success.replaceChildren();
    const values = this.#form.read();
    return values && { values, input: this.#options.input(values), key: unique() };
  }

  #answered(submission, outcome) {
    this.#hold(null);
    this.#clear();
    if (outcome.userErrors.length > 0) {
      this.#form.refuse(outcome.userErrors);
      return;
    }
    const success = this.#options.success(submission.values);
    this.#form.reset();
    this.#success.textContent = success;
    announce(success);
    this.#options.done(outcome);
  }

  #failed(submission, error) {
    this.#clear();
    if (error.outcomeUnknown) {
      this.#hold(submission);
      const advice = 'It is not certain whether it was done. Try again: it is not done twice.';
      this.#form.fail(`${wording(error)} ${advice}`);
    } else {
      this.#hold(null);
      this.#form.fail(wording(error));
    }
  }

  #startOver() {
    this.#hold(null);
    this.#clear();
    this.#form.focus();
  }

  #hold(submission) {
    this.#unanswered = submission;
    this.#form.hold(submission !== null, submission ? 'Try again' : this.#options.submit);
    this.#restart.hidden = submission === null;
  }

  #clear() {
    this.#form.clear();
    this.#success.replaceChildren();
  }
}
