// Holds a server to the GraphQL over HTTP specification: node audit.js http://127.0.0.1:8080/graphql
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) console.error(`${id} ${name}: ${status}, ${reason}`);
console.log(`${results.length - failed.length} of ${results.length} audits are ok`);
process.exitCode = failed.length === 0 ? 0 : 1;
