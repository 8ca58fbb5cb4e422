// Shows the view that the address names.

import { accountView } from './account.js';
import { accountsView } from './accounts.js';
import { showConnection } from './connection.js';
import { h } from './dom.js';
import { live } from './live.js';
import { openView } from './open-account.js';
import { entitle, parse } from './route.js';
import { session } from './session.js';
import { signInView } from './sign-in.js';

const VIEWS = { accounts: accountsView, account: accountView, open: openView, 'sign-in': signInView, unknown: unknownView };

const main = document.getElementById('main');
let shown = null;

function unknownView() {
  entitle('Nothing here');
  const heading = h('h1', { tabindex: '-1' }, 'Nothing here');
  const back = h('p', {}, 'There is no such page. ', h('a', { href: '#/' }, 'See all accounts'), '.');
  return { element: h('div', {}, heading, back), heading };
}

function show() {
  // Places within the page, such as the skip link's, are no routes.
  if (location.hash && !location.hash.startsWith('#/')) return;
  const route = session.isWanted ? { name: 'sign-in' } : parse(location.hash);
  for (const link of document.querySelectorAll('[data-route]')) {
    if (link.dataset.route === route.name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (shown?.name === route.name && shown.view.follow) {
    shown.view.follow(route);
    return;
  }
  const first = shown === null;
  shown?.view.close?.();
  shown = { name: route.name, view: VIEWS[route.name](route) };
  main.replaceChildren(shown.view.element);
  if (first) return;
  // What a fresh page would do: start at the top, with the focus on what it is about.
  window.scrollTo(0, 0);
  shown.view.heading.focus({ preventScroll: true });
}

/** Shows in the header who has signed in, if anybody has to. */
function showSession() {
  document.getElementById('session').hidden = session.token === null;
  document.getElementById('name').textContent = session.name ?? '';
  document.getElementById('pill').hidden = session.isWanted;
  document.getElementById('open').hidden = session.isCustomer;
}

session.addEventListener('change', () => {
  // The next socket shows the next token, and is opened when there is something to follow.
  live.disconnect();
  showSession();
  show();
});
document.getElementById('sign-out').addEventListener('click', () => session.signOut());
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', show);
showConnection(live);
showSession();
show();
