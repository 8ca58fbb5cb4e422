/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A currency that the bank keeps accounts in. */
export type Currency =
  /** Swiss franc. */
  | 'CHF'
  /** Euro. */
  | 'EUR'
  /** Pound sterling. */
  | 'GBP'
  /** Yen. */
  | 'JPY'
  /** Kuwaiti dinar. */
  | 'KWD'
  /** US dollar. */
  | 'USD';

/** Puts money into an account. */
export type DepositInput = {
  /** The account. */
  accountId: string;
  /** How much. */
  amount: MoneyInput;
  /** What the statement says. */
  description?: string | null | undefined;
};

/** An amount of money. */
export type MoneyInput = {
  /** How much: `12.50` is twelve and a half. */
  amount: string;
  /** Of what. */
  currency: Currency;
};

/** Opens an account in the currency of its first deposit. */
export type OpenAccountInput = {
  /** The account that is to be. */
  accountId: string;
  /** What it holds at first. */
  deposit: MoneyInput;
  /** Where the holder is reached. */
  email: string;
  /** Who will hold it. */
  owner: string;
};

/** Takes money out of an account. */
export type WithdrawInput = {
  /** The account. */
  accountId: string;
  /** How much. */
  amount: MoneyInput;
  /** What the statement says. */
  description?: string | null | undefined;
};

export type AmountFragment = { amount: string, currency: Currency };

export type RefusalFragment = { code: string, field: Array<string> | null, message: string };

export type OpenAccountMutationVariables = Exact<{
  input: OpenAccountInput;
  key: string;
}>;


export type OpenAccountMutation = { openAccount: { version: string | null, position: string | null, userErrors: Array<{ code: string, field: Array<string> | null, message: string }> } | null };

export type DepositMutationVariables = Exact<{
  input: DepositInput;
  key: string;
}>;


export type DepositMutation = { deposit: { version: string | null, accountSummary: { balance: { amount: string, currency: Currency } } | null, userErrors: Array<{ code: string, field: Array<string> | null, message: string }> } | null };

export type WithdrawMutationVariables = Exact<{
  input: WithdrawInput;
  key: string;
}>;


export type WithdrawMutation = { withdraw: { version: string | null, userErrors: Array<{ code: string, field: Array<string> | null, message: string }> } | null };

export type AccountsQueryVariables = Exact<{
  owner: string;
  first: number;
  after?: string | null | undefined;
  minPosition?: string | null | undefined;
}>;


export type AccountsQuery = { accountSummaries: { totalCount: string, nodes: Array<{ accountId: string, balance: { amount: string, currency: Currency } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type AccountAtQueryVariables = Exact<{
  id: string;
  version: string;
}>;


export type AccountAtQuery = { account: { version: string, balance: { amount: string, currency: Currency } } | null };

export type FollowSubscriptionVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type FollowSubscription = { accountEvents:
    | { __typename: 'AccountClosed', metadata: { cursor: string, version: string } }
    | { __typename: 'AccountOpened', metadata: { cursor: string, version: string } }
    | { __typename: 'AccountReactivated', metadata: { cursor: string, version: string } }
    | { __typename: 'AccountSuspended', metadata: { cursor: string, version: string } }
    | { __typename: 'EmailChanged', metadata: { cursor: string, version: string } }
    | { __typename: 'FeeCharged', metadata: { cursor: string, version: string } }
    | { __typename: 'InterestApplied', metadata: { cursor: string, version: string } }
    | { __typename: 'MoneyDeposited', description: string | null, amount: { amount: string, currency: Currency }, metadata: { cursor: string, version: string } }
    | { __typename: 'MoneyWithdrawn', description: string | null, amount: { amount: string, currency: Currency }, metadata: { cursor: string, version: string } }
    | { __typename: 'OverdraftOccurred', metadata: { cursor: string, version: string } }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AmountFragmentDoc = new TypedDocumentString(`
    fragment Amount on Money {
  amount
  currency
}
    `, {"fragmentName":"Amount"}) as unknown as TypedDocumentString<AmountFragment, unknown>;
export const RefusalFragmentDoc = new TypedDocumentString(`
    fragment Refusal on UserError {
  code
  field
  message
}
    `, {"fragmentName":"Refusal"}) as unknown as TypedDocumentString<RefusalFragment, unknown>;
export const OpenAccountDocument = new TypedDocumentString(`
    mutation OpenAccount($input: OpenAccountInput!, $key: String!) {
  openAccount(input: $input, idempotencyKey: $key) {
    version
    position
    userErrors {
      ...Refusal
    }
  }
}
    fragment Refusal on UserError {
  code
  field
  message
}`) as unknown as TypedDocumentString<OpenAccountMutation, OpenAccountMutationVariables>;
export const DepositDocument = new TypedDocumentString(`
    mutation Deposit($input: DepositInput!, $key: String!) {
  deposit(input: $input, idempotencyKey: $key) {
    version
    accountSummary {
      balance {
        ...Amount
      }
    }
    userErrors {
      ...Refusal
    }
  }
}
    fragment Amount on Money {
  amount
  currency
}
fragment Refusal on UserError {
  code
  field
  message
}`) as unknown as TypedDocumentString<DepositMutation, DepositMutationVariables>;
export const WithdrawDocument = new TypedDocumentString(`
    mutation Withdraw($input: WithdrawInput!, $key: String!) {
  withdraw(input: $input, idempotencyKey: $key) {
    version
    userErrors {
      ...Refusal
    }
  }
}
    fragment Refusal on UserError {
  code
  field
  message
}`) as unknown as TypedDocumentString<WithdrawMutation, WithdrawMutationVariables>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts($owner: String!, $first: Int!, $after: String, $minPosition: BigInt) {
  accountSummaries(
    filter: {owner: {eq: $owner}}
    orderBy: [{balance: ASC}]
    first: $first
    after: $after
    minPosition: $minPosition
  ) {
    totalCount
    nodes {
      accountId
      balance {
        ...Amount
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Amount on Money {
  amount
  currency
}`) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const AccountAtDocument = new TypedDocumentString(`
    query AccountAt($id: UUID!, $version: BigInt!) {
  account(id: $id, asOf: {version: $version}) {
    version
    balance {
      ...Amount
    }
  }
}
    fragment Amount on Money {
  amount
  currency
}`) as unknown as TypedDocumentString<AccountAtQuery, AccountAtQueryVariables>;
export const FollowDocument = new TypedDocumentString(`
    subscription Follow($id: UUID!, $after: String) {
  accountEvents(id: $id, after: $after) {
    __typename
    metadata {
      cursor
      version
    }
    ... on MoneyDeposited {
      amount {
        ...Amount
      }
      description
    }
    ... on MoneyWithdrawn {
      amount {
        ...Amount
      }
      description
    }
  }
}
    fragment Amount on Money {
  amount
  currency
}`) as unknown as TypedDocumentString<FollowSubscription, FollowSubscriptionVariables>;