// Back and forth through pages that are named by cursors.

import { attribute, h } from './dom.js';

/**
 * The page that `place` (`{ after }`, `{ before }` or neither) names, by `ask(variables)`; the first one if that is gone.
 * Returns it with the place where it is.
 */
export async function pageAt(place, size, ask) {
  try {
    const page = await ask(variables(place, size));
    if (!isGone(page, place, size)) return { page, place };
  } catch (error) {
    const cursor = place.after || place.before;
    if (!cursor || !['STALE_CURSOR', 'BAD_USER_INPUT'].includes(error.code)) throw error;
  }
  return { page: await ask(variables({}, size)), place: {} };
}

function variables(place, size) {
  if (place.before) return { last: size, before: place.before };
  return { first: size, after: place.after ?? null };
}

// Whether a page isn't worth showing, because what it was named by has moved away from under it.
function isGone(connection, place, size) {
  const short = connection.nodes.length < size && !connection.pageInfo.hasPreviousPage;
  return (place.before && short) || (place.after && connection.nodes.length === 0);
}

/** Buttons for the page before and the page after, which call `turn(place)`. */
export class Pager {
  #info = null;
  #place = {};
  #previous;
  #next;

  constructor(things, turn) {
    const button = (text, name, click) => h('button', { type: 'button', 'aria-label': name, on: { click } }, text);
    this.#previous = button('‹ Previous', `Previous ${things}`, () => this.#hasPrevious() && turn({ before: this.#info.startCursor }));
    this.#next = button('Next ›', `Next ${things}`, () => this.#hasNext() && turn({ after: this.#info.endCursor }));
    this.element = h('div', { class: 'pager' }, this.#previous, this.#next);
    this.show(null, {});
  }

  /** Offers what there is around a page. */
  show(info, place) {
    this.#info = info;
    this.#place = place;
    // Not `disabled`: the focus would be lost with the last page.
    attribute(this.#previous, 'aria-disabled', !this.#hasPrevious() && 'true');
    attribute(this.#next, 'aria-disabled', !this.#hasNext() && 'true');
  }

  // A connection may know only the direction it was asked in. Whoever came from somewhere can go back there.
  #hasPrevious() {
    return Boolean(this.#info?.startCursor) && (this.#info.hasPreviousPage || Boolean(this.#place.after));
  }

  #hasNext() {
    return Boolean(this.#info?.endCursor) && (this.#info.hasNextPage || Boolean(this.#place.before));
  }
}
