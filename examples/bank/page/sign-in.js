// Signing in, where the bank serves only who shows a token.

import { ApiError, tryToken } from './api.js';
import { h } from './dom.js';
import { textField } from './fields.js';
import { Form } from './form.js';
import { announce, wording } from './notices.js';
import { entitle } from './route.js';
import { session } from './session.js';

const COMMAND = 'bank token --token-key FILE --subject NAME --role teller';

/** Shows the form, wherever the address leads: that is shown after it. */
export function signInView() {
  entitle('Sign in');
  const heading = h('h1', { tabindex: '-1' }, 'Sign in');
  const token = textField({ name: 'token', label: 'Token', type: 'password', spellcheck: 'false', required: 'Enter a token.' });
  const closed = new AbortController();
  const form = new Form({ name: 'Sign in', submit: 'Sign in', fields: [token], send: () => signIn(form, closed.signal) });
  const notice = session.notice && h('p', { class: 'notice' }, session.notice);
  if (session.notice) announce(session.notice);
  const intro = h('p', { class: 'intro' }, 'This bank serves who shows a token. Whoever runs it makes one by ', h('code', {}, COMMAND), '.');
  const element = h('div', { class: 'view narrow' }, heading, notice, intro, h('div', { class: 'panel' }, form.element));
  // Another address changes nothing here, least of all what has been typed.
  return { element, heading, follow() {}, close: () => closed.abort() };
}

async function signIn(form, signal) {
  const values = form.read();
  if (!values) return;
  // Nothing else can stand in a header.
  if (!/^[\x21-\x7e]+$/.test(values.token)) {
    form.refuse([{ field: ['token'], message: 'A token is made of letters, digits and points, without spaces' }]);
    return;
  }
  try {
    await tryToken(values.token, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 'UNAUTHENTICATED') form.refuse([{ field: ['token'], message: error.message }]);
    else form.fail(wording(error));
    return;
  }
  session.signIn(values.token);
}
