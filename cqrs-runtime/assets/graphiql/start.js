'use strict';
const url = new URL('graphql', document.baseURI);
const socket = new URL(url);
socket.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
const fetcher = GraphiQL.createFetcher({
  url: url.href,
  subscriptionUrl: socket.href,
  headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
});
const editor = React.createElement(GraphiQL, { fetcher, defaultEditorToolsVisibility: true });
ReactDOM.createRoot(document.getElementById('graphiql')).render(editor);
