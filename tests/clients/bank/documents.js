// What the clients ask of the bank.

export const OPEN = `
  mutation Open($input: OpenAccountInput!, $key: String) {
    openAccount(input: $input, idempotencyKey: $key) { version position userErrors { code field message } }
  }`;

export const DEPOSIT = `
  mutation Deposit($input: DepositInput!, $key: String) {
    deposit(input: $input, idempotencyKey: $key) { version userErrors { code field message } }
  }`;

export const WITHDRAW = `
  mutation Withdraw($input: WithdrawInput!) {
    withdraw(input: $input) { version userErrors { code field message } }
  }`;

export const ACCOUNTS = `
  query Accounts($owner: String!, $minPosition: BigInt!) {
    accountSummaries(filter: { owner: { eq: $owner } }, minPosition: $minPosition) {
      totalCount
      nodes { accountId balance { amount currency } }
    }
  }`;

const EVENT = '__typename metadata { cursor version } ... on MoneyDeposited { amount { amount currency } }';

export const TRAIL = `
  query Trail($id: UUID!) { accountEvents(id: $id, first: 100) { nodes { ${EVENT} } pageInfo { hasNextPage } } }`;

export const FOLLOW = `
  subscription Follow($id: UUID!, $after: String) { accountEvents(id: $id, after: $after) { ${EVENT} } }`;
