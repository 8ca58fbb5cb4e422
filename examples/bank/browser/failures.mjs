// Tells how many tests there were, and of those that have failed why: node --test-reporter=./failures.mjs page.test.mjs

const SHOWN = 8;
const LINES = 6;
const WIDTH = 300;

export default async function* failures(events) {
  const failed = [];
  let passed = 0;
  for await (const { type, data } of events) {
    if (type === 'test:pass') passed += 1;
    if (type !== 'test:fail') continue;
    failed.push(data.name);
    // The tests that follow mostly fail for the reasons of the first ones.
    if (failed.length <= SHOWN) yield `FAILED ${data.name}\n${why(data.details.error)}\n`;
  }
  // Logs are cut at their beginning: the names stand here once more.
  yield `${passed} tests passed, ${failed.length} failed${failed.map((name) => `\n- ${name}`).join('')}\n`;
}

function why(error) {
  const { stack, message } = error.cause ?? error;
  const lines = String(stack ?? message).split('\n').filter((line) => line.trim() && !line.includes('node:internal'));
  return lines.slice(0, LINES).map((line) => `  ${line.trimEnd().slice(0, WIDTH)}`).join('\n');
}
