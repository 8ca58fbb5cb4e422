// Elements, by hand. Texts become text nodes, so nothing that the server says is ever read as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an HTML element: `on` holds listeners, `true` sets an attribute, `false` and `null` leave it out. */
export function h(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** Makes an SVG element. */
export function s(name, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(element, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) attribute(element, name, value);
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets an attribute, or takes it away. */
export function attribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

let made = 0;

/** An id that nothing else on the page has. */
export function uniqueId(prefix) {
  made += 1;
  return `${prefix}-${made}`;
}

/** Calls `action` once things have been quiet for a while. */
export function debounce(action, milliseconds) {
  let timer = null;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/** Runs `action` at most once at a time: requests during a run make for a single one after it. */
export function coalesce(action) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await action();
      } while (again);
    } finally {
      running = false;
    }
  };
}
