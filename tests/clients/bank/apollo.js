// Apollo Client: queries and mutations by HTTP, subscriptions by its link over graphql-ws.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { defer, repeat, retry, tap } from 'rxjs';
import WebSocket from 'ws';

import { FOLLOW } from './documents.js';

export const name = 'Apollo';

// Its link asks for what browsers have.
globalThis.WebSocket ??= WebSocket;

export function connect(url) {
  // It does not connect again by itself: Apollo has copied the variables, so it would send the old cursor.
  const socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const subscribes = ({ operationType }) => operationType === 'subscription';
  const client = new ApolloClient({
    link: ApolloLink.split(subscribes, new GraphQLWsLink(socket), new HttpLink({ uri: url })),
    cache: new InMemoryCache(),
  });

  return {
    socket,
    query: async (query, variables) => (await client.query({ query: gql(query), variables })).data,
    mutate: async (mutation, variables) => (await client.mutate({ mutation: gql(mutation), variables })).data,
    follow(id, take, failed) {
      let cursor = null;
      const query = gql(FOLLOW);
      const events = defer(() => client.subscribe({ query, variables: { id, after: cursor }, fetchPolicy: 'no-cache' })).pipe(
        // A lost connection is a result with an error, and the end.
        tap(({ error }) => {
          if (error) throw error;
        }),
        retry({ delay: 50 }),
        repeat({ delay: 50 }),
      );
      const subscription = events.subscribe({
        next({ data }) {
          cursor = data.accountEvents.metadata.cursor;
          take(data.accountEvents);
        },
        error: failed,
      });
      return () => subscription.unsubscribe();
    },
    close() {
      client.stop();
      return socket.dispose();
    },
  };
}
