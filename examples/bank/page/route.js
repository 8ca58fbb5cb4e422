// Where one is: the part of the address behind `#`.

const ACCOUNT = /^\/accounts\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Reads the address. */
export function parse(hash) {
  const [path, query = ''] = (hash.startsWith('#/') ? hash.slice(1) : '/').split('?');
  const account = ACCOUNT.exec(path);
  if (account) return { name: 'account', id: account[1].toLowerCase() };
  if (path === '/' || path === '/accounts') return { name: 'accounts', query: new URLSearchParams(query) };
  if (path === '/open') return { name: 'open' };
  return { name: 'unknown' };
}

/** The address of the list with these choices. */
export function accountsAddress(choices) {
  const query = new URLSearchParams(Object.entries(choices).filter(([, value]) => value));
  return query.size > 0 ? `#/?${query}` : '#/';
}

let lastAccounts = '#/';

/** Keeps where in the list somebody is, for the way back. */
export function rememberAccounts(address) {
  lastAccounts = address || '#/';
}

/** The way back to the list. */
export function lastAccountsAddress() {
  return lastAccounts;
}

/** The address of an account. */
export function accountAddress(id) {
  return `#/accounts/${id}`;
}

/** The title of the window. */
export function entitle(title) {
  document.title = title === 'Bank' ? title : `${title} · Bank`;
}
