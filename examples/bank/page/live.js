// A client of `graphql-transport-ws`: one socket for the page, opened with the first subscription, and opened again,
// after growing pauses, whenever it is lost. Each subscription states its variables anew then, and so resumes.

import { session } from './session.js';

const PROTOCOL = 'graphql-transport-ws';
const ACKNOWLEDGE_WITHIN = 10_000;
const HEARTBEAT = 15_000;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 20_000;
const UNAUTHORISED = 4401;
// The server says that asking again is of no use: bad request, forbidden, another protocol, too many.
const FINAL = new Set([4400, 4403, 4406, 4409, 4429]);
// The same of a single subscription.
const LASTING = new Set([
  'BAD_USER_INPUT', 'NOT_FOUND', 'STALE_CURSOR', 'UNAUTHENTICATED', 'FORBIDDEN', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED',
]);

export class Live extends EventTarget {
  #url;
  #tokenNow;
  #refused;
  // The token that the socket was opened with.
  #token = null;
  #socket = null;
  #acknowledged = false;
  #subscriptions = new Map();
  #lastId = 0;
  #failures = 0;
  #pings = 0;
  #pongs = 0;
  #timers = {};

  /** `idle`, `connecting`, `open`, `waiting` or `refused`; each change is a `status` event. */
  status = 'idle';

  /** `token()` is asked on each (re)connection; `refused(token)` is called when the server does not serve who shows it. */
  constructor(url, { token, refused }) {
    super();
    this.#url = url;
    this.#tokenNow = token;
    this.#refused = refused;
    // There is no `offline` here: a bank on this very machine is reached without a network.
    window.addEventListener('online', () => this.reconnect());
    window.addEventListener('pagehide', () => this.#drop());
    window.addEventListener('pageshow', (event) => event.persisted && this.reconnect());
  }

  /**
   * Subscribes, and returns the function that unsubscribes.
   *
   * `variables()` is asked on each (re)connection. `established()` is called when the server has taken the
   * subscription on, the first time as well as after each interruption: what was asked before may have missed changes.
   * `next(data)` gets each result. `failed(errors)` is called when the server refuses for good;
   * the subscription is over then.
   */
  subscribe(subscription) {
    const entry = { established() {}, failed() {}, ...subscription, id: null, awaiting: null, ended: 0 };
    this.#subscriptions.set(entry, entry);
    if (this.#acknowledged) {
      this.#start(entry);
      this.#ping();
    } else if (this.status === 'idle' || this.status === 'refused') {
      this.#connect();
    }
    return () => this.#unsubscribe(entry);
  }

  /** Connects at once instead of after the pause. */
  reconnect() {
    if (this.#socket || this.#subscriptions.size === 0) return;
    this.#connect();
  }

  /** Closes the socket, until something is subscribed to, or it is asked for. */
  disconnect() {
    this.#drop();
    this.#failures = 0;
    this.#become('idle');
  }

  #connect() {
    this.#clearTimers();
    this.#token = this.#tokenNow();
    this.#become('connecting');
    const socket = new WebSocket(this.#url, PROTOCOL);
    this.#socket = socket;
    const ifCurrent = (handle) => (event) => socket === this.#socket && handle(event);
    socket.onopen = ifCurrent(() => this.#introduce());
    socket.onmessage = ifCurrent((event) => this.#receive(JSON.parse(event.data)));
    socket.onclose = ifCurrent((event) => this.#lost(event.code));
    this.#timers.acknowledge = setTimeout(() => this.#lost(null), ACKNOWLEDGE_WITHIN);
  }

  #introduce() {
    const payload = this.#token ? { payload: { authorization: `Bearer ${this.#token}` } } : {};
    this.#send({ type: 'connection_init', ...payload });
  }

  #receive(message) {
    switch (message.type) {
      case 'connection_ack': return this.#welcome();
      case 'ping': return this.#send({ type: 'pong' });
      case 'pong': return this.#pong();
      case 'next': return this.#next(this.#named(message.id), message.payload);
      case 'error': return this.#fail(this.#named(message.id), message.payload);
      case 'complete': return this.#restart(this.#named(message.id));
      default: return undefined;
    }
  }

  #welcome() {
    clearTimeout(this.#timers.acknowledge);
    this.#acknowledged = true;
    this.#pings = this.#pongs = 0;
    for (const entry of this.#subscriptions.keys()) this.#start(entry);
    this.#ping();
    this.#timers.heartbeat = setInterval(() => this.#beat(), HEARTBEAT);
    this.#become('open');
  }

  #start(entry) {
    entry.id = String((this.#lastId += 1));
    // The server reads in order: with the answer to the next ping, it has read the subscription.
    entry.awaiting = this.#pings + 1;
    const payload = { query: entry.query, variables: entry.variables?.() ?? {} };
    this.#send({ type: 'subscribe', id: entry.id, payload });
  }

  #pong() {
    this.#pongs += 1;
    this.#failures = 0;
    for (const entry of [...this.#subscriptions.keys()]) {
      if (entry.awaiting === null || entry.awaiting > this.#pongs) continue;
      entry.awaiting = null;
      entry.established();
    }
  }

  #next(entry, { data, errors }) {
    if (!entry) return;
    entry.ended = 0;
    if (data) entry.next(data);
    else if (errors) console.warn('a live update could not be read', errors[0]?.message);
  }

  #fail(entry, errors) {
    if (!entry) return;
    const code = errors[0]?.extensions?.code;
    if (!LASTING.has(code)) {
      this.#restart(entry);
      return;
    }
    this.#subscriptions.delete(entry);
    if (code === 'UNAUTHENTICATED') this.#refused(this.#token);
    entry.failed(errors);
  }

  // These subscriptions have no end of their own: the server has ended it, and may take it on again.
  #restart(entry) {
    if (!entry) return;
    entry.id = entry.awaiting = null;
    entry.ended += 1;
    entry.timer = setTimeout(() => {
      if (!this.#acknowledged || !this.#subscriptions.has(entry) || entry.id) return;
      this.#start(entry);
      this.#ping();
    }, pause(entry.ended));
  }

  #unsubscribe(entry) {
    clearTimeout(entry.timer);
    if (!this.#subscriptions.delete(entry)) return;
    if (this.#acknowledged && entry.id) this.#send({ type: 'complete', id: entry.id });
  }

  #named(id) {
    for (const entry of this.#subscriptions.keys()) if (entry.id === id) return entry;
    return null;
  }

  #beat() {
    if (this.#pongs < this.#pings) this.#lost(null);
    else this.#ping();
  }

  #ping() {
    this.#pings += 1;
    this.#send({ type: 'ping' });
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #lost(code) {
    if (!this.#socket) return;
    this.#drop();
    if (code === UNAUTHORISED) {
      this.#become('idle');
      return this.#refused(this.#token);
    }
    if (FINAL.has(code)) return this.#become('refused');
    this.#failures += 1;
    this.#timers.retry = setTimeout(() => this.reconnect(), pause(this.#failures));
    return this.#become('waiting');
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#acknowledged = false;
    this.#clearTimers();
    for (const entry of this.#subscriptions.keys()) entry.id = entry.awaiting = null;
    socket?.close(1000);
  }

  #clearTimers() {
    clearTimeout(this.#timers.acknowledge);
    clearTimeout(this.#timers.retry);
    clearInterval(this.#timers.heartbeat);
  }

  #become(status) {
    if (status === this.status) return;
    this.status = status;
    this.dispatchEvent(new Event('status'));
  }
}

// Spread out, so that the pages of a server that comes back don't all knock at the same moment.
function pause(attempts) {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
}

const url = new URL('graphql', document.baseURI);
url.protocol = url.protocol.replace('http', 'ws');

/** The page's connection. */
export const live = new Live(url.href, { token: () => session.token, refused: (token) => session.refused(token) });
