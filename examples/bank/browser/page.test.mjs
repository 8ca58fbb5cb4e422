// The bank's page in a browser, against a bank that runs, whatever is in its database:
//
//     npm ci && BANK_URL=http://127.0.0.1:8080 KEYED_URL=http://127.0.0.1:8081 .. npm test
//
// KEYED_URL is a second one, with a key, and these are tokens by `bank token --token-key FILE ..`:
//
//     TELLER_TOKEN    --subject 'Tom Teller' --role teller
//     CUSTOMER_TOKEN  --subject 'Ada Lovelace' --role customer
//     EXPIRED_TOKEN   --subject 'Tom Teller' --role teller --now 2026-01-01T00:00:00Z
//     FOREIGN_TOKEN   --subject 'Tom Teller' --role teller, by another key
//
// `SHOTS` names a directory for screenshots, `CHROMIUM` a browser that is not at /usr/bin/chromium.

import './documents.mjs';
import './units.mjs';
import './protocol.mjs';
import './list.mjs';
import './account.mjs';
import './forms.mjs';
import './interruptions.mjs';
import './access.mjs';
import './graphiql.mjs';
import './sign-in.mjs';
