//! The bank that knows who asks, by signed tokens.

use serde_json::{Value, json};

use super::program::Bank;
use super::service::Service;
use crate::graphql::only_error;
use crate::server::client::query;
use crate::server::socket::{PROTOCOL, Socket, next};

/// A bank with a key, and with accounts of two holders: their numbers.
fn opened() -> (Bank, [String; 2]) {
    let bank = Bank::sqlite();
    bank.write("key", &["a key of more than thirty-two bytes"]);
    let open = |owner: &str| {
        let opened = bank.json(&["open", "--owner", owner, "--email", "a@example.org", "--deposit", "100"]);
        opened["account_id"].as_str().unwrap().to_owned()
    };
    let ids = [open("Ada"), open("Bea")];
    (bank, ids)
}

fn token(bank: &Bank, subject: &str, role: &str) -> String {
    let token = bank.json(&["token", "--token-key", "key", "--subject", subject, "--role", role]);
    token.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn customers_see_and_do_what_is_theirs() {
    let (bank, [ada, bea]) = opened();
    let service = Service::start(&bank, &["--token-key", "key"]);
    service.is_ready().await;
    let (customer, teller) = (token(&bank, "Ada", "customer"), token(&bank, "Tom", "teller"));
    let data = async |token: &str, query: &str| {
        let reply = service.answer_to(token, query).await.json();
        assert!(reply.get("errors").is_none(), "{reply:#}");
        reply["data"].clone()
    };
    // Each of the two has been opened, and got a deposit.
    let list = "{ accountSummaries(minPosition: \"4\") { totalCount nodes { owner } }
        accountStatements(minPosition: \"4\") { totalCount } }";
    let own = json!({
        "accountSummaries": { "totalCount": "1", "nodes": [{ "owner": "Ada" }] },
        "accountStatements": { "totalCount": "1" },
    });
    assert_eq!(data(&customer, list).await, own);
    assert_eq!(data(&teller, list).await["accountSummaries"]["totalCount"], "2");
    let read = |id: &str| {
        format!("{{ account(id: \"{id}\") {{ owner }} accountEvents(id: \"{id}\") {{ nodes {{ __typename }} }} }}")
    };
    assert_eq!(data(&customer, &read(&ada)).await["account"], json!({ "owner": "Ada" }));
    assert_eq!(data(&customer, &read(&bea)).await, json!({ "account": null, "accountEvents": { "nodes": [] } }));
    let withdraw = |id: &str| {
        format!(
            "mutation {{ withdraw(input: {{ accountId: \"{id}\", amount: {{ amount: \"1\", currency: USD }} }}) {{ version userErrors {{ code }} }} }}"
        )
    };
    assert_eq!(data(&customer, &withdraw(&ada)).await["withdraw"], json!({ "version": "3", "userErrors": [] }));
    let foreign = json!({ "version": null, "userErrors": [{ "code": "NOT_FOUND" }] });
    assert_eq!(data(&customer, &withdraw(&bea)).await["withdraw"], foreign);
    // The last event says who it was.
    let trail = format!("{{ accountEvents(id: \"{ada}\", last: 1) {{ nodes {{ metadata {{ principal }} }} }} }}");
    assert_eq!(data(&teller, &trail).await["accountEvents"]["nodes"][0]["metadata"]["principal"], "Ada");
    let totals = service.answer_to(&customer, "{ dailyTotals { totalCount } }").await.json();
    assert_eq!(only_error(&totals), ("FORBIDDEN", &json!(["dailyTotals"])));
    service.end();
}

#[tokio::test]
async fn who_shows_nothing_that_holds_is_told() {
    let (bank, _) = opened();
    let service = Service::start(&bank, &["--token-key", "key"]);
    service.is_ready().await;
    let list = "{ accountSummaries { totalCount } }";
    let nobody = query(service.address(), list).await;
    assert_eq!(nobody.status, 200);
    assert_eq!(only_error(&nobody.json()), ("UNAUTHENTICATED", &json!(["accountSummaries"])));
    let forged = service.answer_to("nonsense", list).await;
    assert_eq!((forged.status, forged.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(forged.json()["errors"][0]["message"], "the token is not one of this bank's");
    let then = ["token", "--token-key", "key", "--subject", "Tom", "--role", "teller", "--now", "2026-01-01T00:00:00Z"];
    let ended = service.answer_to(bank.json(&then).as_str().unwrap(), list).await;
    assert_eq!((ended.status, ended.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(ended.json()["errors"][0]["message"], "the token has expired");
    service.end();
}

#[tokio::test]
async fn a_socket_is_its_customers() {
    let (bank, [ada, bea]) = opened();
    let service = Service::start(&bank, &["--token-key", "key"]);
    service.is_ready().await;
    let mut socket = Socket::open(service.address(), &[("sec-websocket-protocol", PROTOCOL)]).await.unwrap();
    let authorization = format!("Bearer {}", token(&bank, "Bea", "customer"));
    socket.tell(json!({ "type": "connection_init", "payload": { "authorization": authorization } })).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    for (number, id) in [&ada, &bea].into_iter().enumerate() {
        let query = format!("subscription {{ accountEvents(id: \"{id}\") {{ metadata {{ version }} }} }}");
        socket.tell(json!({ "type": "subscribe", "id": number.to_string(), "payload": { "query": query } })).await;
    }
    // Of the foreign account, nothing comes: not before both events of the own one, and not after what happens there then.
    let own = |version: &str| next("1", &json!({ "accountEvents": { "metadata": { "version": version } } }));
    assert_eq!(socket.hear().await, own("1"));
    assert_eq!(socket.hear().await, own("2"));
    for id in [&ada, &bea] {
        bank.json(&["deposit", id, "1"]);
    }
    assert_eq!(socket.hear().await, own("3"));
    drop(socket);
    service.end();
}

#[test]
fn a_key_that_is_too_short_is_refused() {
    let bank = Bank::sqlite();
    bank.write("key", &["short"]);
    let token = ["token", "--token-key", "key", "--subject", "Ada", "--role", "customer"];
    bank.run(&token).fails(1, &["key holds a key of less than 32 bytes", "openssl rand -hex"]);
    bank.run(&["--token-key", "key"]).fails(1, &["key holds a key of less than 32 bytes"]);
    bank.run(&["--token-key", "none"]).fails(1, &["none can't be read"]);
    let wrong: Value = bank.json(&["status"]);
    assert!(wrong.is_object(), "a key is for the service alone");
}
