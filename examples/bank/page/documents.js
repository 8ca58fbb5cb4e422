// Every GraphQL document of the page, so that one test can hold all of them against the schema.

const ROW = `
  fragment Row on AccountSummary {
    id accountId owner email currency status transactions openedAt lastTransactionAt
    balance { amount currency }
  }`;

const MOVEMENT = `
  fragment Movement on AccountStatement {
    id version at kind description
    amount { amount currency }
    balance { amount currency }
  }`;

const EVENT = `
  fragment Event on AccountEvent {
    __typename
    metadata { cursor position version recordedAt }
    ... on AccountOpened { owner }
    ... on MoneyDeposited { amount { amount currency } description }
    ... on MoneyWithdrawn { amount { amount currency } description }
    ... on InterestApplied { amount { amount currency } }
    ... on FeeCharged { amount { amount currency } reason }
    ... on OverdraftOccurred { balance { amount currency } }
  }`;

const USER_ERRORS = `userErrors { field message code }`;

// Who shows a token is known before anything is executed.
export const SIGN_IN = 'query SignIn { __typename }';

// What nobody is shown who has not signed in, where that is asked for.
export const KNOCK = 'query Knock { accountSummaries(first: 1) { position } }';

export const ACCOUNTS = `
  query Accounts(
    $filter: AccountSummaryFilter, $orderBy: [AccountSummaryOrder!],
    $first: Int, $after: String, $last: Int, $before: String, $minPosition: BigInt
  ) {
    accountSummaries(
      filter: $filter, orderBy: $orderBy,
      first: $first, after: $after, last: $last, before: $before, minPosition: $minPosition
    ) {
      totalCount position
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { ...Row }
    }
  } ${ROW}`;

export const ACCOUNT = `
  query Account($id: UUID!, $minPosition: BigInt) {
    accountSummary(id: $id, minPosition: $minPosition) { ...Row }
  } ${ROW}`;

export const STATEMENT = `
  query Statement(
    $id: UUID!, $order: OrderDirection!,
    $first: Int, $after: String, $last: Int, $before: String, $minPosition: BigInt
  ) {
    accountStatements(
      filter: { accountId: { eq: $id } }, orderBy: [{ version: $order }],
      first: $first, after: $after, last: $last, before: $before, minPosition: $minPosition
    ) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { ...Movement }
    }
  } ${MOVEMENT}`;

export const EVENTS = `
  query Events($id: UUID!, $first: Int, $after: String, $last: Int, $before: String) {
    accountEvents(id: $id, first: $first, after: $after, last: $last, before: $before) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { ...Event }
    }
  } ${EVENT}`;

export const ACCOUNT_AS_OF = `
  query AccountAsOf($id: UUID!, $time: DateTime!) {
    account(id: $id, asOf: { time: $time }) {
      version recordedAt owner status
      balance { amount currency }
    }
  }`;

export const DEPOSIT = `
  mutation Deposit($input: DepositInput!, $idempotencyKey: String!) {
    outcome: deposit(input: $input, idempotencyKey: $idempotencyKey) { id version position ${USER_ERRORS} }
  }`;

export const WITHDRAW = `
  mutation Withdraw($input: WithdrawInput!, $idempotencyKey: String!) {
    outcome: withdraw(input: $input, idempotencyKey: $idempotencyKey) { id version position ${USER_ERRORS} }
  }`;

export const OPEN_ACCOUNT = `
  mutation OpenAccount($input: OpenAccountInput!, $idempotencyKey: String!) {
    outcome: openAccount(input: $input, idempotencyKey: $idempotencyKey) { id version position ${USER_ERRORS} }
  }`;

export const ACCOUNTS_CHANGED = `
  subscription AccountsChanged($filter: AccountSummaryFilter) {
    accountSummaryChanged(filter: $filter) { kind id position row { ...Row } }
  } ${ROW}`;

export const ACCOUNT_EVENTS = `
  subscription AccountEvents($id: UUID!, $after: String) {
    accountEvents(id: $id, after: $after) { ...Event }
  } ${EVENT}`;
