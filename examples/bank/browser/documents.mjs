// The page's documents, against the schema that the bank really has.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as documents from '../page/documents.js';
import { post } from './bank.mjs';

for (const [name, document] of Object.entries(documents)) {
  test(`the bank understands ${name}`, async () => {
    // Without variables, nothing is executed that needs any: it is only read and validated.
    const { errors = [] } = await post(document);
    const misunderstood = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];
    assert.deepEqual(errors.filter(({ extensions }) => misunderstood.includes(extensions?.code)), []);
  });
}
