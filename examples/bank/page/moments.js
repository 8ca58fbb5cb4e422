// Moments, in the reader's time zone.

import { h } from './dom.js';

const LOCALE = document.documentElement.lang;
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' });
const dayOfYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const second = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });

/** The reader's time zone. */
export const TIME_ZONE = exact.resolvedOptions().timeZone;

/** A moment to the second. */
export function exactly(iso) {
  return exact.format(new Date(iso));
}

/** An element with a day. */
export function dayElement(iso) {
  return h('time', { datetime: iso, title: exactly(iso) }, day.format(new Date(iso)));
}

/** An element with a day and the time on it. */
export function momentElement(iso) {
  const date = new Date(iso);
  return h('time', { datetime: iso, title: exactly(iso) }, day.format(date), ' ', h('span', { class: 'hour' }, minute.format(date)));
}

/** What a moment is called on an axis that spans so many milliseconds. */
export function onAxis(date, span) {
  const days = span / 86_400_000;
  if (days > 300) return day.format(date);
  if (days > 2) return dayOfYear.format(date);
  return span > 600_000 ? minute.format(date) : second.format(date);
}

/** The text of a `datetime-local` field for a moment. */
export function toField(iso) {
  const date = new Date(iso);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The last moment of the second (or the minute) in a `datetime-local` field. */
export function fromField(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return null;
  return date.toISOString().replace('.000Z', '.999999Z');
}
