// Whether the page is live, in the header; and a banner while it isn't.

import { h } from './dom.js';
import { announce } from './notices.js';

const TEXTS = { idle: 'Connecting', connecting: 'Connecting', open: 'Live', waiting: 'Reconnecting', refused: 'Not live' };

/** Shows the state of a connection from now on. */
export function showConnection(live) {
  const pill = document.getElementById('pill');
  const text = document.getElementById('pill-text');
  const banner = document.getElementById('banner');
  let interrupted = false;

  const update = () => {
    const { status } = live;
    if (status === 'waiting' || status === 'refused') interrupted = true;
    const shown = interrupted && status === 'connecting' ? 'waiting' : status;
    pill.dataset.status = shown;
    text.textContent = TEXTS[shown];
    if (status === 'idle') {
      // Nothing is followed: there is nothing to be out of date.
      banner.replaceChildren();
      interrupted = false;
    } else if (status === 'open') {
      banner.replaceChildren();
      if (interrupted) announce('Connected again. What you see is up to date.');
      interrupted = false;
    } else if (interrupted && !banner.hasChildNodes()) {
      const now = h('button', { type: 'button', on: { click: () => live.reconnect() } }, 'Reconnect now');
      const message = h('p', {}, 'The connection to the bank is lost. What you see may be out of date.');
      banner.append(h('div', { class: 'banner' }, message, now));
    }
  };

  live.addEventListener('status', update);
  update();
}
