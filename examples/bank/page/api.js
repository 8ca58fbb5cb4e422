// GraphQL over HTTP: questions that may be asked again, and commands that may not be executed twice.

import { KNOCK, SIGN_IN } from './documents.js';
import { session } from './session.js';

const ENDPOINT = new URL('graphql', document.baseURI);
const PATIENCE = 20_000;
const UNAUTHENTICATED = { errors: [{ message: 'The token does not hold.', extensions: { code: 'UNAUTHENTICATED' } }] };

/** A refusal by the server (`code`), or no answer at all (`code` is `UNREACHABLE`). */
export class ApiError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }

  /** Whether a command that ended like this may have been executed nonetheless. */
  get outcomeUnknown() {
    return ['UNREACHABLE', 'TIMEOUT', 'INDETERMINATE', 'INTERNAL'].includes(this.code);
  }
}

// The position of the latest change that was made or seen here.
let known = null;

/** Remembers a change: questions wait for it from now on, so that people read what they wrote. */
export function noticed(position) {
  if (position && (known === null || BigInt(position) > BigInt(known))) known = position;
}

let outdated = 0;

/** How many answers have been older than what is known here. Who has shown one asks again after a while. */
export function outdatedAnswers() {
  return outdated;
}

/**
 * Asks. Waits until the read models contain what is known here; where they are held up, asks for what there is.
 * @throws {ApiError}
 */
export async function ask(query, variables, signal) {
  const waits = query.includes('$minPosition') && known !== null;
  try {
    return whole(await post(query, waits ? { ...variables, minPosition: known } : variables, signal));
  } catch (error) {
    if (!waits || error.code !== 'READ_MODEL_BEHIND') throw error;
    const older = whole(await post(query, variables, signal));
    outdated += 1;
    return older;
  }
}

/**
 * Executes a command, at most once per idempotency key, and returns its payload.
 * @throws {ApiError}
 */
export async function execute(mutation, input, idempotencyKey) {
  const { data, errors } = await post(mutation, { input, idempotencyKey });
  // What was done is done, even if something that the payload shows beside it could not be read.
  if (!data?.outcome) throw refusal(errors);
  noticed(data.outcome.position);
  return data.outcome;
}

/**
 * Asks whether the bank knows a token.
 * @throws {ApiError} `UNAUTHENTICATED` says why not.
 */
export async function tryToken(token, signal) {
  whole(await post(SIGN_IN, {}, signal, token));
}

/** Finds out whether one has to sign in, where nothing else is asked before people have typed. */
export async function knock() {
  try {
    await post(KNOCK, {});
  } catch {
    // Whatever is asked next tells.
  }
}

function whole({ data, errors }) {
  if (errors?.length || !data) throw refusal(errors);
  return data;
}

/** The first of a response's errors. */
export function refusal(errors) {
  const [first] = errors ?? [];
  return new ApiError(first?.extensions?.code ?? 'INTERNAL', first?.message ?? 'The bank gave no answer.');
}

async function post(query, variables, signal, token = session.token) {
  const answer = await answerTo(JSON.stringify({ query, variables }), token, signal);
  if (answer.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')) session.refused(token);
  return answer;
}

async function answerTo(body, token, signal) {
  const timeout = AbortSignal.timeout(PATIENCE);
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    // What stands before the bank may answer in words of its own.
    const answer = await response.json().catch(() => null);
    signal?.throwIfAborted();
    if (answer && (answer.data !== undefined || answer.errors)) return answer;
    if (response.status === 401) return UNAUTHENTICATED;
  } catch (cause) {
    if (signal?.aborted) throw cause;
  }
  throw new ApiError('UNREACHABLE', 'The bank can’t be reached.');
}
