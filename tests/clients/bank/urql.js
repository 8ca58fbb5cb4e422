// urql: queries and mutations by HTTP, subscriptions by graphql-ws, which opens its socket again by itself.
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { FOLLOW } from './documents.js';

export const name = 'urql';

export function connect(url) {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Infinity,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    shouldRetry: () => true,
  });
  const forwardSubscription = (request) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe(request, sink) }),
  });
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
  });

  const whole = ({ data, error }) => {
    if (error) throw error;
    return data;
  };

  return {
    socket,
    query: async (query, variables) => whole(await client.query(query, variables)),
    mutate: async (query, variables) => whole(await client.mutation(query, variables)),
    follow(id, take, failed) {
      let cursor = null;
      // urql hands this very object on: the getter is asked on each connection.
      const variables = { id, get after() { return cursor; } };
      const { unsubscribe } = client.subscription(FOLLOW, variables).subscribe(({ data, error }) => {
        if (error) return failed(error);
        cursor = data.accountEvents.metadata.cursor;
        take(data.accountEvents);
      });
      return unsubscribe;
    },
    close: () => socket.dispose(),
  };
}
