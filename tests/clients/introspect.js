// Builds the schema of a server from its introspection: node introspect.js http://127.0.0.1:8080/graphql
import { buildClientSchema, getIntrospectionQuery, validateSchema } from 'graphql';

const [url] = process.argv.slice(2);
const query = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
  body: JSON.stringify({ query }),
});
const { data, errors } = await response.json();
if (errors) throw new Error(JSON.stringify(errors));
const mistakes = validateSchema(buildClientSchema(data));
if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
console.log('the schema is valid');
