// The list of an account's events, each a way to the moment at which it happened.

import { attribute, h } from './dom.js';
import { inWordsOf } from './happenings.js';
import { momentElement } from './moments.js';

export class Steps {
  #choose;
  #steps = [];
  #current = -1;
  #listedFrom = null;
  #list = h('ol', { class: 'steps' });
  #note = h('p', { class: 'note', hidden: true });

  element = h(
    'details',
    { on: { toggle: () => this.#fill() } },
    h('summary', {}, 'All events'),
    this.#note,
    this.#list,
  );

  constructor(choose) {
    this.#choose = choose;
  }

  /** Lists these steps. */
  show(steps, truncated) {
    this.#steps = steps;
    this.#note.hidden = !truncated;
    this.#note.textContent = 'Older events than these are only shown by the clock.';
    this.#fill();
  }

  /** Marks a step as the one that is shown. */
  mark(index) {
    this.#current = index;
    [...this.#list.children].forEach((item, each) => attribute(item.firstChild, 'aria-current', each === index && 'step'));
  }

  // Long, and seldom read: made when it is opened, and then only extended.
  #fill() {
    if (!this.element.open) return;
    const from = this.#steps[0]?.time;
    const listed = this.#listedFrom === from ? this.#list.children.length : 0;
    this.#listedFrom = from;
    if (listed === 0) this.#list.replaceChildren();
    this.#list.append(...this.#steps.slice(listed).map((step, index) => this.#item(step, listed + index)));
    this.mark(this.#current);
  }

  #item(step, index) {
    const what = h('span', {}, step.events.map(inWordsOf).join('; '));
    const choose = () => this.#choose(index);
    return h('li', {}, h('button', { type: 'button', on: { click: choose } }, momentElement(step.time), what));
  }
}
