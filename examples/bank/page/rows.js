// The rows of a table, kept while they stay: focus, selection and what a screen reader reads survive an update.

/** Shows items as rows; `create(item)` makes `{ element, fill(item) }`. */
export class Rows {
  #body;
  #create;
  #shown = new Map();

  constructor(body, create) {
    this.#body = body;
    this.#create = create;
  }

  /** Shows these items in this order, each under its `id`. */
  show(items) {
    const before = this.#shown;
    this.#shown = new Map(items.map((item) => [item.id, before.get(item.id) ?? this.#make(item)]));
    for (const item of items) this.#refill(item, before.has(item.id));
    const elements = [...this.#shown.values()].map((row) => row.element);
    const inPlace = elements.length === this.#body.children.length
      && elements.every((element, index) => element === this.#body.children[index]);
    if (inPlace) return;
    const focused = document.activeElement;
    this.#body.replaceChildren(...elements);
    if (this.#body.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** Shows the new state of an item; `false` if it isn't among the shown ones. */
  update(item) {
    return this.#shown.has(item.id) && this.#refill(item, true);
  }

  #make(item) {
    const row = this.#create(item);
    row.element.addEventListener('animationend', () => row.element.classList.remove('changed'));
    return row;
  }

  #refill(item, wasShown) {
    const row = this.#shown.get(item.id);
    const content = JSON.stringify(item);
    if (row.content === content) return true;
    row.content = content;
    row.fill(item);
    if (wasShown) row.element.classList.add('changed');
    return true;
  }
}
