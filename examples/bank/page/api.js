// GraphQL over HTTP: questions that may be asked again, and commands that may not be executed twice.

const ENDPOINT = new URL('graphql', document.baseURI);
const PATIENCE = 20_000;

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

function whole({ data, errors }) {
  if (errors?.length || !data) throw refusal(errors);
  return data;
}

/** The first of a response's errors. */
export function refusal(errors) {
  const [first] = errors ?? [];
  return new ApiError(first?.extensions?.code ?? 'INTERNAL', first?.message ?? 'The bank gave no answer.');
}

async function post(query, variables, signal) {
  const timeout = AbortSignal.timeout(PATIENCE);
  let response;
  try {
    response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
      },
      body: JSON.stringify({ query, variables }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const answer = await response.json();
    if (answer && (answer.data !== undefined || answer.errors)) return answer;
  } catch (cause) {
    if (signal?.aborted) throw cause;
  }
  throw new ApiError('UNREACHABLE', 'The bank can’t be reached.');
}
