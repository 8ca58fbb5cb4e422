// What an account's events are called.

import { inWords } from './money.js';

const WORDS = {
  AccountOpened: ({ owner }) => `Account opened for ${owner}`,
  MoneyDeposited: ({ amount, description }) => because(`${inWords(amount)} deposited`, description),
  MoneyWithdrawn: ({ amount, description }) => because(`${inWords(amount)} withdrawn`, description),
  InterestApplied: ({ amount }) => `${inWords(amount)} of interest credited`,
  FeeCharged: ({ amount, reason }) => because(`Fee of ${inWords(amount)} charged`, reason),
  OverdraftOccurred: ({ balance }) => `Overdrawn: ${inWords(balance)}`,
  AccountSuspended: () => 'Account suspended',
  AccountReactivated: () => 'Account reactivated',
  EmailChanged: () => 'E-mail address changed',
  AccountClosed: () => 'Account closed',
};

/** An event in words; one that this page doesn't know yet, by its name. */
export function inWordsOf(event) {
  const words = WORDS[event.__typename];
  return words ? words(event) : event.__typename.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}

function because(what, reason) {
  return reason ? `${what} (${reason})` : what;
}

/** The events as steps: those recorded at one moment are one. */
export function stepsOf(events) {
  const steps = [];
  for (const event of events) {
    const time = event.metadata.recordedAt;
    const last = steps.at(-1);
    if (last?.time === time) last.events.push(event);
    else steps.push({ time, events: [event] });
  }
  return steps;
}
