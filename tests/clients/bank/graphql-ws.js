// graphql-ws: everything over one socket, which it opens again by itself.
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { FOLLOW } from './documents.js';

export const name = 'graphql-ws';

export function connect(url) {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Infinity,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    // What keeps a socket from being opened is no `CloseEvent`, which alone would be retried.
    shouldRetry: () => true,
  });

  const answer = async (query, variables) => {
    const { value } = await socket.iterate({ query, variables }).next();
    if (value.errors) throw new AggregateError(value.errors, JSON.stringify(value.errors));
    return value.data;
  };

  return {
    socket,
    query: answer,
    mutate: answer,
    follow(id, take, failed) {
      let cursor = null;
      // The same payload is sent on each connection: written anew each time, it asks the getter.
      const variables = { id, get after() { return cursor; } };
      return socket.subscribe({ query: FOLLOW, variables }, {
        next({ data, errors }) {
          if (errors) return failed(errors);
          cursor = data.accountEvents.metadata.cursor;
          take(data.accountEvents);
        },
        error: failed,
        complete() {},
      });
    },
    close: () => socket.dispose(),
  };
}
