// Makes src/generated.ts as codegen.json says: of the schema and the operations, by the plugins of graphql-codegen.
//
//     node codegen.mjs            # writes it
//     node codegen.mjs --check    # fails where it is not what it would be
//
// `npx graphql-codegen` reads the same file and makes the same of it; its command line brings 250 packages more.
// Scalars stay texts, as they are on the wire: a `number` would round amounts and positions. So do documents: no parser
// of GraphQL runs in the client.
import { readFile, writeFile } from 'node:fs/promises';

import { codegen } from '@graphql-codegen/core';
import { parse } from 'graphql';

const read = (name) => readFile(new URL(name, import.meta.url), 'utf8');
const { schema, documents, generates } = JSON.parse(await read('codegen.json'));

for (const [filename, { plugins, config }] of Object.entries(generates)) {
  const made = await codegen({
    filename,
    schema: parse(await read(schema)),
    documents: [{ location: documents, document: parse(await read(documents)) }],
    config,
    plugins: plugins.map((name) => ({ [name]: {} })),
    pluginMap: Object.fromEntries(
      await Promise.all(plugins.map(async (name) => [name, await import(`@graphql-codegen/${name}`)])),
    ),
  });
  if (!process.argv.includes('--check')) {
    await writeFile(new URL(filename, import.meta.url), made);
  } else if ((await read(filename)) !== made) {
    console.error(`${filename} is not what graphql-codegen makes of ${schema} and ${documents}: npm run codegen`);
    process.exitCode = 1;
  }
}
