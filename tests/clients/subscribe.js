// Asks over a websocket and by server-sent events: node subscribe.js http://127.0.0.1:8080/graphql
import assert from 'node:assert/strict';
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
const socket = createSocket({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false, retryAttempts: 0 });
const events = createEvents({ url, fetchFn: fetch, retryAttempts: 0 });

const answers = async (client, query) => {
  const all = [];
  for await (const answer of client.iterate({ query })) all.push(answer);
  return all;
};
const plain = (value) => JSON.parse(JSON.stringify(value));

for (const client of [socket, events]) {
  assert.deepEqual(plain(await answers(client, '{ hello }')), [{ data: { hello: 'world' } }]);
  const counted = await answers(client, 'subscription { count(to: 3) }');
  assert.deepEqual(plain(counted), [1, 2, 3].map((count) => ({ data: { count } })));
  // Leaving early frees what runs.
  for await (const answer of client.iterate({ query: 'subscription { endless(size: 1) }' })) {
    assert.equal(answer.data.endless, 'x');
    break;
  }
}
await assert.rejects(answers(socket, '{ missing }'), ([error]) => error.extensions.code === 'GRAPHQL_VALIDATION_FAILED');
socket.dispose();
events.dispose();
console.log('both clients are content');
