// The bank's page in a browser, against a bank that runs, whatever is in its database:
//
//     npm ci && BANK_URL=http://127.0.0.1:8080 npm test
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
