// Where things are on the chart. Money is scaled as whole numbers; only pixels are fractions.

/** A vertical scale around these amounts and zero, in smallest units, with round ticks. */
export function moneyScale(amounts, height, wanted) {
  let [low, high] = [0n, 0n];
  for (const amount of amounts) {
    if (amount < low) low = amount;
    if (amount > high) high = amount;
  }
  if (low === high) high = low + 1n;
  const step = roundStep((high - low) / BigInt(wanted));
  const bottom = floorTo(low, step);
  const top = -floorTo(-high, step);
  const ticks = [];
  for (let tick = bottom; tick <= top; tick += step) ticks.push(tick);
  // A ten-thousandth of the range is less than a pixel.
  const y = (amount) => (Number(((top - amount) * 10_000n) / (top - bottom)) / 10_000) * height;
  return { ticks, y };
}

/** 1, 2 or 5 times a power of ten, and no less than `least`. */
function roundStep(least) {
  let power = 1n;
  while (power * 10n <= least) power *= 10n;
  return [1n, 2n, 5n].map((factor) => factor * power).find((step) => step >= least) ?? power * 10n;
}

function floorTo(amount, step) {
  const rest = ((amount % step) + step) % step;
  return amount - rest;
}

/** A horizontal scale from one moment to another, in milliseconds. */
export function timeScale(from, to, width) {
  const span = Math.max(1, to - from);
  return {
    span,
    x: (time) => ((time - from) / span) * width,
    time: (x) => from + (x / width) * span,
    ticks: (count) => Array.from({ length: count }, (_, index) => from + (span * index) / (count - 1)),
  };
}
