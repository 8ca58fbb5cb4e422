// A program that waits for what does not come ends by itself, and says what it has waited for.

const SECONDS = 60;
const awaited = new Set();

setTimeout(() => {
  console.error(`after ${SECONDS} s, this has not happened: ${[...awaited].join('; ')}`);
  process.exit(1);
}, SECONDS * 1000).unref();

/** Waits until something has happened. */
export async function until(what, happened) {
  awaited.add(what);
  try {
    return await happened;
  } finally {
    awaited.delete(what);
  }
}
