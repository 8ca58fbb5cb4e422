// The client of the example is cut off, too, once it is built: node bank/example.js http://127.0.0.1:8080/graphql
import { Bank } from '../../../examples/bank/client/build/bank.js';
import { isCutOff } from './cut.js';

function connect(url) {
  const bank = new Bank(url);
  return {
    follow(id, take, failed) {
      const events = bank.follow(id);
      (async () => {
        for await (const event of events) take(event);
      })().catch(failed);
      return () => {};
    },
    close: () => bank.close(),
  };
}

await isCutOff({ name: 'the example', connect }, process.argv[2]);
console.log('the example: nothing missed, nothing twice');
process.exit();
