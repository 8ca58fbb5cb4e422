// Who uses the page: whoever reaches the bank, or who shows a token that the bank has signed.

// For this tab alone: it outlasts a reload and ends with the tab. In `localStorage`, it would wait for whoever sits down at
// this machine next; a cookie would go along with what pages of others have the browser ask.
const PLACE = 'bank-token';

class Session extends EventTarget {
  #token = stored();
  #claims = claimsOf(this.#token);

  /** Whether the bank wants a token, and there is none that holds. */
  isWanted = false;

  /** What is to be said about that, if anything. */
  notice = null;

  get token() {
    return this.#token;
  }

  /** Whose token it is. */
  get name() {
    return this.#claims?.sub ?? null;
  }

  /** Whether it is a customer, who does less than a teller. It is for what is offered alone: the bank decides by itself. */
  get isCustomer() {
    const roles = this.#claims?.roles ?? [];
    return roles.includes('customer') && !roles.includes('teller');
  }

  signIn(token) {
    this.#become(token, false, null);
  }

  signOut() {
    this.#become(null, true, 'You have signed out.');
  }

  /** The bank does not serve who shows this token, or nobody without one. */
  refused(token) {
    // It may be the answer to a question of a session that has ended.
    if (token !== this.#token || this.isWanted) return;
    this.#become(null, true, token && 'Your token no longer holds. Sign in again to go on where you were.');
  }

  #become(token, isWanted, notice) {
    this.#token = token;
    this.#claims = claimsOf(token);
    this.isWanted = isWanted;
    this.notice = notice;
    store(token);
    this.dispatchEvent(new Event('change'));
  }
}

// Where people let pages keep nothing, a token lasts until the page is left.

function stored() {
  try {
    return sessionStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

function store(token) {
  try {
    if (token === null) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, token);
  } catch {
    // As said above.
  }
}

// What a JWT says, unchecked; `null` of anything else.
function claimsOf(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const { sub, roles } = JSON.parse(new TextDecoder().decode(bytes));
    return { sub: String(sub), roles: Array.isArray(roles) ? roles : [] };
  } catch {
    return null;
  }
}

/** The page's session. */
export const session = new Session();
