// What is said beside the data: announcements, and what went wrong.

import { h } from './dom.js';

const MESSAGES = {
  UNREACHABLE: 'The bank can’t be reached.',
  TIMEOUT: 'The bank took too long to answer.',
  INDETERMINATE: 'The bank can’t tell yet whether this was done.',
  INTERNAL: 'Something went wrong in the bank.',
  UNAUTHENTICATED: 'You have to sign in for this.',
  FORBIDDEN: 'This is for tellers: your token does not allow it.',
  NOT_FOUND: 'There is no such account.',
  CONFLICT: 'The account has changed in the meantime.',
  READ_MODEL_BEHIND: 'The bank is still catching up with the latest changes.',
};

/** What a failure is called towards people. */
export function wording(error) {
  return MESSAGES[error.code] ?? sentence(error.message);
}

/** A message of the server as a sentence. */
export function sentence(message) {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** Has screen readers say something, without moving the focus. */
export function announce(text) {
  const region = document.getElementById('announcements');
  // The same text twice in a row is only said again if the region has changed.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** A place for what went wrong, with a way to try again. */
export class Problem {
  element = h('div', { class: 'problem', role: 'alert', hidden: true });

  /** Says what failed; `retry` is called when people want to try again. */
  show(what, error, retry) {
    const text = h('p', {}, h('strong', {}, what), ' ', wording(error));
    // The bank would say the same.
    const again = error.code !== 'FORBIDDEN' && h('button', { type: 'button', on: { click: retry } }, 'Try again');
    this.element.replaceChildren(text, ...(again ? [again] : []));
    this.element.hidden = false;
  }

  clear() {
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}

/** Whether an error only says that the question was withdrawn. */
export function isAbort(error) {
  return error.name === 'AbortError';
}
