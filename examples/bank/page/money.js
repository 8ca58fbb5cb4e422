// Money stays a decimal string, or a BigInt of its smallest unit; it never becomes a floating-point number.

import { h } from './dom.js';

const LOCALE = document.documentElement.lang;

/** The currencies that the bank keeps accounts in. */
export const CURRENCIES = ['CHF', 'EUR', 'GBP', 'JPY', 'KWD', 'USD'];

const places = new Map();

/** How many decimal places a currency has. */
export function digits(currency) {
  if (!places.has(currency)) {
    const options = new Intl.NumberFormat(LOCALE, { style: 'currency', currency }).resolvedOptions();
    places.set(currency, options.maximumFractionDigits);
  }
  return places.get(currency);
}

const formats = new Map();

function numberFormat(currency, signDisplay) {
  const key = `${currency} ${signDisplay}`;
  if (!formats.has(key)) {
    const fraction = digits(currency);
    const options = { minimumFractionDigits: fraction, maximumFractionDigits: fraction, signDisplay };
    formats.set(key, new Intl.NumberFormat(LOCALE, options));
  }
  return formats.get(key);
}

/** The number of an amount for reading: grouped, with a real minus sign; `signed` shows a plus, too. */
export function number({ amount, currency }, signed = false) {
  // `Intl` reads a decimal string exactly, however many digits it has.
  return numberFormat(currency, signed ? 'exceptZero' : 'negative').format(amount).replace('-', '−');
}

/** An amount as a sentence has it. */
export function inWords(money) {
  return `${number(money)} ${money.currency}`;
}

/** Whether an amount is owed. */
export function isNegative({ amount }) {
  return amount.startsWith('-') && /[1-9]/.test(amount);
}

/** An element with an amount; below zero is told by a sign and a weight, not by the colour alone. */
export function moneyElement(money, { signed = false, unit = true } = {}) {
  const kind = isNegative(money) ? 'money owed' : 'money';
  const code = unit ? h('span', { class: 'unit' }, ` ${money.currency}`) : null;
  return h('span', { class: kind }, number(money, signed), code);
}

/** The smallest units of an amount. */
export function toMinor({ amount, currency }) {
  const [whole, fraction = ''] = amount.replace('-', '').split('.');
  const fill = digits(currency);
  const minor = BigInt(whole + fraction.padEnd(fill, '0').slice(0, fill));
  return amount.startsWith('-') ? -minor : minor;
}

/** The amount of so many smallest units. */
export function fromMinor(minor, currency) {
  const fill = digits(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(fill + 1, '0');
  const decimal = fill === 0 ? text : `${text.slice(0, -fill)}.${text.slice(-fill)}`;
  return { amount: minor < 0n ? `-${decimal}` : decimal, currency };
}

/** Reads what somebody typed: `{ amount }`, or `{ problem }` in words. Whether it suits the account, the bank says. */
export function readAmount(text, currency) {
  const typed = text.trim();
  const example = digits(currency) === 0 ? '1250' : fromMinor(1250n * 10n ** BigInt(digits(currency) - 2), currency).amount;
  if (typed === '') return { problem: 'Enter an amount.' };
  if (!/^-?\d+(\.\d+)?$/.test(typed)) {
    return { problem: `Write a number such as ${example}, with a point and without separators.` };
  }
  const decimals = typed.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  if (decimals > digits(currency)) {
    const most = digits(currency) === 0 ? 'no decimal places' : `at most ${digits(currency)} decimal places`;
    return { problem: `An amount in ${currency} has ${most}.` };
  }
  return { amount: typed };
}
