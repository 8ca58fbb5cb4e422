// Back in time: the account as of any moment, event by event or by the clock.

import { ask } from './api.js';
import { statusBadge } from './accounts-table.js';
import { ACCOUNT_AS_OF } from './documents.js';
import { attribute, debounce, h, uniqueId } from './dom.js';
import { inWordsOf, stepsOf } from './happenings.js';
import { inWords, moneyElement } from './money.js';
import { exactly, fromField, toField } from './moments.js';
import { Problem, announce, isAbort } from './notices.js';
import { Steps } from './steps.js';

export class Timeline {
  #id;
  #moved;
  #steps = [];
  // The moment that somebody chose; `null` is now.
  #moment = null;
  #states = new Map();
  #toAnnounce = false;
  #question = null;
  #slider = h('input', { type: 'range', id: uniqueId('slider'), min: 0, max: 0, step: 1, value: 0, disabled: true });
  #back = h('button', { type: 'button', class: 'step', 'aria-label': 'One event back' }, '‹');
  #forth = h('button', { type: 'button', class: 'step', 'aria-label': 'One event forward' }, '›');
  #caption = h('p', { class: 'moment-text', id: uniqueId('caption') }, 'Loading the history.');
  #facts = { balance: h('dd', {}, '–'), status: h('dd', {}, '–'), owner: h('dd', {}, '–'), version: h('dd', {}, '–') };
  #clock = h('input', { type: 'datetime-local', id: uniqueId('clock'), step: 1 });
  #now = h('button', { type: 'button' }, 'Back to now');
  #list = new Steps((index) => this.#toStep(index));
  #problem = new Problem();
  #load = debounce(() => this.#show(), 60);

  /** `moved(moment)` is called with the moment that is shown, `null` for now. */
  constructor(id, moved) {
    this.#id = id;
    this.#moved = moved;
    this.#slider.setAttribute('aria-describedby', this.#caption.id);
    this.#slider.addEventListener('input', () => this.#toStep(Number(this.#slider.value)));
    this.#back.addEventListener('click', () => this.#by(-1));
    this.#forth.addEventListener('click', () => this.#by(1));
    this.#now.addEventListener('click', () => this.#choose(null, this.#steps.length - 1));
    const submit = (event) => {
      event.preventDefault();
      const moment = fromField(this.#clock.value);
      if (moment) this.#choose(moment, this.#indexAt(Date.parse(moment)));
    };
    const fact = (name, value) => h('div', {}, h('dt', {}, name), value);
    this.element = h(
      'div',
      { class: 'timeline' },
      h('label', { for: this.#slider.id }, 'Moment, event by event'),
      h('div', { class: 'slider' }, this.#back, this.#slider, this.#forth),
      this.#caption,
      h(
        'dl',
        { class: 'facts' },
        fact('Balance then', this.#facts.balance),
        fact('Status then', this.#facts.status),
        fact('Holder then', this.#facts.owner),
        fact('Version', this.#facts.version),
      ),
      this.#problem.element,
      h(
        'form',
        { class: 'clock', 'aria-label': 'Moment by the clock', on: { submit } },
        h('div', { class: 'field' }, h('label', { for: this.#clock.id }, 'Or any other moment'), this.#clock),
        h('button', { type: 'submit' }, 'Show'),
        this.#now,
      ),
      this.#list.element,
    );
  }

  /** Shows the history as it has become. */
  follow(events, truncated) {
    this.#steps = stepsOf(events);
    const last = this.#steps.length - 1;
    this.#slider.max = String(Math.max(0, last));
    this.#slider.disabled = last < 0;
    this.#list.show(this.#steps, truncated);
    this.#place(this.#moment === null ? last : this.#indexAt(Date.parse(this.#moment)));
    this.#load();
  }

  /** Shows a moment that was pointed at: as of the last event before it. */
  pick(milliseconds) {
    this.#toStep(Math.max(0, this.#indexAt(milliseconds)));
  }

  close() {
    this.#load.cancel();
    this.#question?.abort();
  }

  #by(steps) {
    const index = Math.max(0, Math.min(this.#steps.length - 1, Number(this.#slider.value) + steps));
    this.#toStep(index);
  }

  // At the last event, one sees the account as it is, and stays with it.
  #toStep(index) {
    this.#choose(index === this.#steps.length - 1 ? null : this.#steps[index].time, index);
  }

  #choose(moment, index) {
    if (this.#steps.length === 0) return;
    this.#moment = moment;
    this.#toAnnounce = true;
    this.#place(index);
    this.#moved(moment);
    this.#load();
  }

  #indexAt(milliseconds) {
    return this.#steps.findLastIndex(({ time }) => Date.parse(time) <= milliseconds);
  }

  #place(index) {
    const step = this.#steps[index];
    this.#slider.value = String(Math.max(0, index));
    attribute(this.#back, 'aria-disabled', index <= 0 && 'true');
    attribute(this.#forth, 'aria-disabled', index === this.#steps.length - 1 && 'true');
    attribute(this.#now, 'aria-disabled', this.#moment === null && 'true');
    this.#list.mark(index);
    const what = step ? step.events.map(inWordsOf).join('; ') : 'Before the account was opened';
    const when = this.#moment ?? step?.time;
    const which = step ? `step ${index + 1} of ${this.#steps.length}` : `before step 1 of ${this.#steps.length}`;
    this.#slider.setAttribute('aria-valuetext', `${when ? exactly(when) : ''}: ${what}, ${which}`);
    const as = this.#moment === null ? 'As it is now, since' : 'As it was at';
    this.#caption.replaceChildren(h('strong', {}, `${as} ${when ? exactly(when) : '–'}`), ` · ${which}`, h('br'), what);
    if (when && document.activeElement !== this.#clock) this.#clock.value = toField(when);
  }

  async #show() {
    const time = this.#moment ?? this.#steps.at(-1)?.time;
    if (!time) return;
    this.#question?.abort();
    this.#question = new AbortController();
    try {
      this.#tell(await this.#stateAt(time, this.#question.signal));
      this.#problem.clear();
    } catch (error) {
      if (!isAbort(error)) this.#problem.show('That moment can’t be shown.', error, () => this.#show());
    }
  }

  // What was, stays: each moment is asked for once.
  async #stateAt(time, signal) {
    if (!this.#states.has(time)) {
      const { account } = await ask(ACCOUNT_AS_OF, { id: this.#id, time }, signal);
      if (Date.parse(time) > Date.now()) return account;
      this.#states.set(time, account);
    }
    return this.#states.get(time);
  }

  #tell(account) {
    const { balance, status, owner, version } = this.#facts;
    balance.replaceChildren(account ? moneyElement(account.balance) : 'No account yet');
    status.replaceChildren(account ? statusBadge(account.status) : '–');
    owner.replaceChildren(account?.owner ?? '–');
    version.replaceChildren(account?.version ?? '–');
    if (this.#toAnnounce) this.#announce(account);
    this.#toAnnounce = false;
  }

  // The slider tells its own moment while it has the focus.
  #announce(account) {
    const then = account ? `Balance then: ${inWords(account.balance)}` : 'There was no account yet';
    const told = document.activeElement === this.#slider;
    announce(told ? then : `${this.#slider.getAttribute('aria-valuetext')}. ${then}`);
  }
}
