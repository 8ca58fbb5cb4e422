// Modules of the page, one by one, in the browser that they are made for.

import assert from 'node:assert/strict';

import { go, visit } from './visit.mjs';

visit('amounts stay exact from text to drawing', {}, async (page) => {
  await go(page);
  const results = await page.evaluate(async () => {
    const { fromMinor, inWords, isNegative, number, readAmount, toMinor } = await import('/page/money.js');
    const money = (amount, currency) => ({ amount, currency });
    return {
      words: [['1234.5', 'EUR'], ['-0.07', 'USD'], ['-1250', 'JPY'], ['1.005', 'KWD'], ['92233720368547758.07', 'CHF'], ['-92233720368547758.08', 'GBP']]
        .map(([amount, currency]) => inWords(money(amount, currency))),
      signed: ['1', '-1', '0'].map((amount) => number(money(amount, 'JPY'), true)),
      negative: ['-0.01', '-0.00', '0', '1'].map((amount) => isNegative(money(amount, 'EUR'))),
      minor: [['12.5', 'EUR'], ['-0.07', 'USD'], ['12', 'JPY'], ['1.005', 'KWD'], ['92233720368547758.07', 'USD']]
        .map(([amount, currency]) => String(toMinor(money(amount, currency)))),
      back: [[-7n, 'USD'], [12n, 'JPY'], [-1005n, 'KWD'], [9223372036854775807n, 'EUR']].map(([minor, currency]) => fromMinor(minor, currency).amount),
      read: ['12.50', ' 7 ', '-3', '12.500', '1e3', '.5', '1.', '٣', '1,000'].map((text) => readAmount(text, 'EUR').amount ?? null),
    };
  });
  assert.deepEqual(results, {
    words: ['1,234.50 EUR', '−0.07 USD', '−1,250 JPY', '1.005 KWD', '92,233,720,368,547,758.07 CHF', '−92,233,720,368,547,758.08 GBP'],
    signed: ['+1', '−1', '0'],
    negative: [true, false, false, false],
    minor: ['1250', '-7', '12', '1005', '9223372036854775807'],
    back: ['-0.07', '12', '-1.005', '92233720368547758.07'],
    read: ['12.50', '7', '-3', '12.500', null, null, null, null, null],
  });
});

visit('the scale of the chart is round and holds all amounts', {}, async (page) => {
  await go(page);
  const scales = await page.evaluate(async () => {
    const { moneyScale } = await import('/page/scale.js');
    return [[0n], [1n, 2n], [-4104n, 240_000n], [-1n], [9223372036854775807n, -9223372036854775808n]].map((amounts) => {
      const { ticks, y } = moneyScale(amounts, 200, 4);
      return { ticks: ticks.map(String), inside: amounts.every((amount) => y(amount) >= 0 && y(amount) <= 200), zero: ticks.includes(0n) };
    });
  });
  for (const { ticks, inside, zero } of scales) {
    assert.ok(inside && zero, ticks.join(' '));
    assert.ok(ticks.length >= 2 && ticks.length <= 7, ticks.join(' '));
  }
  assert.deepEqual(scales[2].ticks, ['-100000', '0', '100000', '200000', '300000']);
});
