//! What is asked.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::Contestant;

const FIELDS: &str = "accountId owner email balance currency active credits debits openedAt lastMovedAt";

/// A kind of request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    List,
    Point,
    Deposit,
    DepositAndRow,
}

/// A request to one of the contestants.
#[derive(Serialize)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::List, Self::Point, Self::Deposit, Self::DepositAndRow];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::List => "100 rows of 10 fields",
            Self::Point => "one row of 10 fields",
            Self::Deposit => "a deposit",
            Self::DepositAndRow => "a deposit, and the row after it",
        }
    }

    /// What stands in each answer.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::List => r#"{"data":{"accountCards":{"nodes":[{"accountId":"#,
            Self::Point => r#"{"data":{"accountCard":{"accountId":"#,
            Self::Deposit | Self::DepositAndRow => r#""userErrors":[]"#,
        }
    }

    pub(super) fn request(self, contestant: Contestant, account: Uuid) -> Request {
        match contestant {
            Contestant::Framework => self.document(account),
            Contestant::ByHand => self.by_hand(account),
        }
    }

    fn document(self, account: Uuid) -> Request {
        let deposit = |row: &str| {
            let amount = json!({ "amount": "1.50", "currency": "EUR" });
            let query = format!(
                "mutation($input: DepositInput!) {{ deposit(input: $input) {{ version userErrors {{ code message }} {row} }} }}"
            );
            json!({ "query": query, "variables": { "input": { "accountId": account, "amount": amount } } })
        };
        let body = match self {
            Self::List => json!({ "query": format!("{{ accountCards(first: 100) {{ nodes {{ {FIELDS} }} }} }}") }),
            Self::Point => {
                let query = format!("query($id: UUID!) {{ accountCard(id: $id) {{ {FIELDS} }} }}");
                json!({ "query": query, "variables": { "id": account } })
            }
            Self::Deposit => deposit(""),
            Self::DepositAndRow => deposit(&format!("accountCard {{ {FIELDS} }}")),
        };
        Request { method: "POST", path: "/graphql".to_owned(), body: Some(body.to_string()) }
    }

    fn by_hand(self, account: Uuid) -> Request {
        let (method, path) = match self {
            Self::List => ("GET", "/cards?first=100".to_owned()),
            Self::Point => ("GET", format!("/cards/{account}")),
            Self::Deposit => ("POST", format!("/accounts/{account}/deposits")),
            Self::DepositAndRow => ("POST", format!("/accounts/{account}/deposits?card=true")),
        };
        let body = (method == "POST").then(|| json!({ "amount": "1.50", "currency": "EUR" }).to_string());
        Request { method, path, body }
    }
}
