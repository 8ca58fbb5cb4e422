// The bank from afar: `ask` for all that has one answer, `follow` for what goes on.

import { setTimeout as pause } from 'node:timers/promises';

import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { FollowDocument, type FollowSubscription, type TypedDocumentString } from './generated.js';

/** What happens to an account. */
export type AccountEvent = FollowSubscription['accountEvents'];

interface GraphQLError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** What is no domain error: the request is wrong, or the bank can't answer it. */
export class BankError extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super(errors.map(({ message, extensions }) => `${extensions?.code ?? 'INTERNAL'}: ${message}`).join('\n'));
  }
}

// What may be different when it is asked again. That is safe for commands, too: all of them have an idempotency key.
const PASSING = new Set(['BUSY', 'INDETERMINATE', 'READ_MODEL_BEHIND', 'TIMEOUT', 'UNAVAILABLE']);

export class Bank {
  readonly #url: string;
  readonly #socket: Client;

  constructor(url: string) {
    this.#url = url;
    // It does not connect again by itself: it would send the cursor that it began with.
    this.#socket = createClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  }

  /** Asks a query, or has a command executed. */
  async ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
    for (;;) {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const { data, errors = [] } = (await response.json()) as { data?: Result | null; errors?: GraphQLError[] };
      if (data && errors.length === 0) return data;
      if (!errors.some(({ extensions }) => PASSING.has(extensions?.code ?? ''))) throw new BankError(errors);
      await pauseForAMoment();
    }
  }

  /** The events of an account behind a cursor, and then those to come: each once, however often the connection breaks. */
  async *follow(id: string, after: string | null = null): AsyncGenerator<AccountEvent, void> {
    for (;;) {
      try {
        const request = { query: FollowDocument.toString(), variables: { id, after } };
        for await (const { data, errors = [] } of this.#socket.iterate<FollowSubscription>(request)) {
          if (!data) throw new BankError(errors);
          after = data.accountEvents.metadata.cursor;
          yield data.accountEvents;
        }
      } catch (reason) {
        if (Array.isArray(reason)) throw new BankError(reason);
        if (reason instanceof Error || isRefusal(reason)) throw reason;
      }
      await pauseForAMoment();
    }
  }

  async close(): Promise<void> {
    await this.#socket.dispose();
  }
}

/** Whether a socket was closed for good: from 4400 on, but for 4408, that it took too long. */
function isRefusal(reason: unknown): boolean {
  const { code } = reason as { code?: number };
  return code !== undefined && code >= 4400 && code !== 4408;
}

/** Clients that have lost a server at the same moment don't all come back at the same moment. */
async function pauseForAMoment(): Promise<void> {
  await pause(200 + 800 * Math.random());
}
