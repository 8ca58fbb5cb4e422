// The balance over time: a drawing, and the same as a table.

import { h, s, uniqueId } from './dom.js';
import { fromMinor, inWords, moneyElement, number, toMinor } from './money.js';
import { exactly, momentElement, onAxis } from './moments.js';
import { moneyScale, timeScale } from './scale.js';

const HEIGHT = 260;
const EDGE = { top: 12, right: 14, bottom: 28, left: 72 };
const DOTS = 60;

export class Chart {
  #movements = [];
  #truncated = false;
  #moment = null;
  #pick;
  #scale = null;
  #svg = s('svg', { class: 'chart', role: 'img', height: HEIGHT });
  #table = h('tbody');
  #details = h(
    'details',
    { class: 'chart-data', on: { toggle: () => this.#list() } },
    h('summary', {}, 'The balance as a table'),
    h('div', { class: 'scroll', role: 'region', 'aria-label': 'Balance after each movement', tabindex: '0' }, h(
      'table',
      {},
      h('caption', { class: 'unseen' }, 'Balance after each movement, latest first'),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'When'), h('th', { scope: 'col', class: 'amount' }, 'Balance'))),
      this.#table,
    )),
  );
  #note = h('p', { class: 'note', hidden: true });
  #frame = h('div', { class: 'chart-frame' }, this.#svg);
  #resized = new ResizeObserver(() => this.#draw());

  element = h('div', {}, this.#frame, this.#note, this.#details);

  /** `pick(milliseconds)` is called when somebody points at a moment. */
  constructor(pick) {
    this.#pick = pick;
    this.#svg.addEventListener('click', (event) => this.#clicked(event));
    this.#resized.observe(this.#frame);
  }

  /** Draws these movements, oldest first. */
  show(movements, truncated) {
    this.#movements = movements.map((movement) => ({
      ...movement, time: Date.parse(movement.at), minor: toMinor(movement.balance),
    }));
    this.#truncated = truncated;
    this.#note.hidden = !truncated;
    this.#note.textContent = `Only the last ${movements.length} movements are drawn.`;
    this.#draw();
    this.#list();
  }

  /** Marks a moment (ISO 8601), or none. */
  mark(moment) {
    this.#moment = moment;
    this.#draw();
  }

  close() {
    this.#resized.disconnect();
  }

  #draw() {
    const width = this.#frame.clientWidth;
    if (width === 0) return;
    this.#svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const [title, text] = [s('title', { id: uniqueId('title') }, 'Balance over time'), s('desc', { id: uniqueId('desc') }, this.#summary())];
    this.#svg.setAttribute('aria-labelledby', `${title.id} ${text.id}`);
    if (this.#movements.length === 0) {
      this.#scale = null;
      const nothing = s('text', { class: 'tick', x: width / 2, y: HEIGHT / 2, 'text-anchor': 'middle' }, 'No movements yet');
      this.#svg.replaceChildren(title, text, nothing);
      return;
    }
    const inner = { width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
    const [first, last] = [this.#movements[0], this.#movements.at(-1)];
    const time = timeScale(first.time, Math.max(Date.now(), last.time), inner.width);
    const money = moneyScale(this.#movements.map(({ minor }) => minor), inner.height, 4);
    this.#scale = time;
    const plot = s('g', { transform: `translate(${EDGE.left} ${EDGE.top})` });
    plot.append(...this.#axes(time, money, inner), ...this.#line(time, money, inner), ...this.#marker(time, money, inner));
    this.#svg.replaceChildren(title, text, plot);
  }

  #axes(time, money, { width, height }) {
    const currency = this.#movements[0].balance.currency;
    const levels = money.ticks.map((tick) => [
      s('line', { class: tick === 0n ? 'zero' : 'grid', x1: 0, x2: width, y1: money.y(tick), y2: money.y(tick) }),
      s('text', { class: 'tick', x: -8, y: money.y(tick), dy: '0.35em', 'text-anchor': 'end' }, onScale(tick, currency)),
    ]);
    const count = Math.max(2, Math.min(5, Math.floor(width / 130)));
    const moments = time.ticks(count).map((tick, index) => {
      const anchor = index === 0 ? 'start' : index === count - 1 ? 'end' : 'middle';
      return s('text', { class: 'tick', x: time.x(tick), y: height + 20, 'text-anchor': anchor }, onAxis(new Date(tick), time.span));
    });
    return [...levels.flat(), ...moments];
  }

  // A balance stays as it is until the next movement: steps, no slopes.
  #line(time, money, { width }) {
    const points = this.#movements.map((movement) => [time.x(movement.time), money.y(movement.minor)]);
    const [first, ...rest] = points;
    const steps = `M${first[0]} ${first[1]}${rest.map(([x, y]) => `H${x}V${y}`).join('')}H${width}`;
    const dots = points.length > DOTS ? [] : points.map(([x, y]) => s('circle', { class: 'dot', cx: x, cy: y, r: 3 }));
    return [s('path', { class: 'area', d: `${steps}V${money.y(0n)}H${first[0]}Z` }), s('path', { class: 'line', d: steps }), ...dots];
  }

  #marker(time, money, { height }) {
    if (!this.#moment) return [];
    const at = Date.parse(this.#moment);
    const then = this.#movements.findLast((movement) => movement.time <= at);
    if (!then) return [];
    const x = Math.min(time.x(at), time.x(Math.max(Date.now(), at)));
    return [
      s('line', { class: 'moment', x1: x, x2: x, y1: 0, y2: height }),
      s('circle', { class: 'moment', cx: x, cy: money.y(then.minor), r: 5 }),
    ];
  }

  #summary() {
    if (this.#movements.length === 0) return 'No money has moved yet.';
    const extreme = (better) => this.#movements.reduce((best, each) => (better(each.minor, best.minor) ? each : best));
    const told = ({ balance, at }) => `${inWords(balance)} on ${exactly(at)}`;
    const [low, high] = [extreme((a, b) => a < b), extreme((a, b) => a > b)];
    const last = this.#movements.at(-1);
    const { length } = this.#movements;
    return `${length} ${length === 1 ? 'movement' : 'movements'} since ${exactly(this.#movements[0].at)}. `
      + `Lowest: ${told(low)}. Highest: ${told(high)}. Last: ${told(last)}.`;
  }

  // Long, and seldom read: made when it is opened.
  #list() {
    if (!this.#details.open) return;
    this.#table.replaceChildren(...this.#movements.toReversed().map(({ at, balance }) => h(
      'tr',
      {},
      h('th', { scope: 'row' }, momentElement(at)),
      h('td', { class: 'amount' }, moneyElement(balance)),
    )));
  }

  #clicked(event) {
    if (!this.#scale) return;
    const x = event.clientX - this.#svg.getBoundingClientRect().left - EDGE.left;
    this.#pick(this.#scale.time(Math.max(0, x)));
  }
}

const compact = new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact', maximumSignificantDigits: 4 });

/** A round amount, as short as an axis needs it. */
function onScale(minor, currency) {
  const money = fromMinor(minor, currency);
  const [whole, fraction = ''] = money.amount.split('.');
  if (/[1-9]/.test(fraction)) return number(money);
  return (whole.length > 5 ? compact.format(whole) : numberOfWhole(whole)).replace('-', '−');
}

function numberOfWhole(whole) {
  return new Intl.NumberFormat(document.documentElement.lang).format(whole);
}
