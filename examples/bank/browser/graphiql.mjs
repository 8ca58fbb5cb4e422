// GraphiQL, as the bank serves it: without a network, under its content security policy.

import assert from 'node:assert/strict';

import { BANK } from './bank.mjs';
import { says, shoot, visit } from './visit.mjs';

visit('GraphiQL knows the schema, and asks', {}, async (page) => {
  await page.goto(new URL('graphiql', BANK).href);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  // It has introspected.
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query' }).click();
  await says(page.locator('.graphiql-doc-explorer'), 'accountSummaries');
  const editor = page.locator('.graphiql-query-editor .CodeMirror');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText('{ accountSummaries(first: 1) { totalCount __typename } }');
  await page.getByRole('button', { name: /^Execute query/ }).click();
  await says(page.locator('.result-window'), 'AccountSummaryConnection');
  assert.equal(await page.locator('.graphiql-query-editor .CodeMirror-lint-mark-error').count(), 0);
  await shoot(page, 'graphiql');
});
