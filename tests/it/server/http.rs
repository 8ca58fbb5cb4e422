//! What is asked how, and what is answered.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cqrs_runtime::server::ServerOptions;
use serde_json::json;

use super::client::{RESPONSE, get, post, query, send};
use super::schema::Running;

const JSON: &str = "application/json";

#[tokio::test]
async fn a_query_is_answered() {
    let server = Running::start().await;
    let posted = post(server.address, JSON, br#"{"query":"{ hello }"}"#).await;
    assert_eq!((posted.status, posted.header("content-type")), (200, Some("application/json; charset=utf-8")));
    assert_eq!(posted.json(), json!({ "data": { "hello": "world" } }));
    let asked = get(server.address, "/graphql?query=%7B+hello%20%7D", RESPONSE).await;
    assert_eq!(asked.header("content-type"), Some("application/graphql-response+json; charset=utf-8"));
    assert_eq!(asked.json(), json!({ "data": { "hello": "world" } }));
}

#[tokio::test]
async fn variables_and_operations_are_taken_from_the_query_string_too() {
    let server = Running::start().await;
    let path =
        "/graphql?query=query%20A($n:Int!){echo(number:$n)}query%20B{hello}&operationName=A&variables=%7B%22n%22:7%7D";
    let asked = get(server.address, path, JSON).await;
    assert_eq!(asked.json(), json!({ "data": { "echo": 7 } }));
}

#[tokio::test]
async fn a_mutation_is_not_run_by_get() {
    let server = Running::start().await;
    let asked = get(server.address, "/graphql?query=mutation%7Btouch%7D", JSON).await;
    assert_eq!((asked.status, asked.code().as_str(), asked.header("allow")), (405, "METHOD_NOT_ALLOWED", Some("POST")));
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 0);
    let posted = query(server.address, "mutation { touch }").await;
    assert_eq!(posted.json(), json!({ "data": { "touch": 1 } }));
}

#[tokio::test]
async fn other_methods_are_refused() {
    let server = Running::start().await;
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let reply = send(server.address, &format!("{method} /graphql HTTP/1.1\r\n"), b"").await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, POST")), "of {method}");
        assert_eq!(reply.header("access-control-allow-origin"), None, "other origins may not ask");
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_read() {
    let server = Running::start().await;
    let body = br#"{"query":"mutation { touch }"}"#;
    for kind in [
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: application/json; charset=iso-8859-1\r\n",
        "",
    ] {
        let head = format!("POST /graphql HTTP/1.1\r\n{kind}Content-Length: {}\r\n", body.len());
        let reply = send(server.address, &head, body).await;
        assert_eq!((reply.status, reply.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "of {kind}");
    }
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 0);
    let head = format!(
        "POST /graphql HTTP/1.1\r\nContent-Type: Application/JSON; charset=\"UTF-8\"\r\nContent-Length: {}\r\n",
        body.len()
    );
    assert_eq!(send(server.address, &head, body).await.json(), json!({ "data": { "touch": 1 } }));
}

#[tokio::test]
async fn what_is_no_request_is_refused_whatever_is_accepted() {
    let server = Running::start().await;
    let bodies: [&[u8]; 13] = [
        b"",
        b"{",
        b"nonsense",
        b"\"{ hello }\"",
        b"{}",
        b"[]",
        b"{\"query\":\"{ hello }\"} trailing",
        b"{\"query\":\"\xff\"}",
        b"{\"query\":7}",
        b"{\"query\":\"{ hello }\",\"operationName\":7}",
        b"{\"query\":\"{ hello }\",\"variables\":[1]}",
        b"{\"query\":\"{ hello }\",\"extensions\":7}",
        // A number that no `f64` holds.
        b"{\"query\":\"{ hello }\",\"variables\":{\"n\":1e400}}",
    ];
    for body in bodies {
        for accept in [JSON, RESPONSE] {
            let reply = post(server.address, accept, body).await;
            let body = String::from_utf8_lossy(body);
            assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_REQUEST"), "of {body}");
        }
    }
    for path in
        ["/graphql", "/graphql?query=%ff", "/graphql?query={hello}&variables=[", "/graphql?query={hello}&variables=7"]
    {
        let reply = get(server.address, path, RESPONSE).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_REQUEST"), "of {path}");
    }
}

#[tokio::test]
async fn nested_json_does_not_exhaust_the_stack() {
    let server = Running::start().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        for body in [nested.clone(), format!("{{\"query\":\"{{ hello }}\",\"variables\":{{\"n\":{nested}}}}}")] {
            let reply = post(server.address, JSON, body.as_bytes()).await;
            assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_REQUEST"));
        }
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_document_is_told_by_the_status_where_that_is_accepted() {
    let server = Running::start().await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("type A { a: Int }", "GRAPHQL_PARSE_FAILED"),
        ("{ echo(number: 1.) }", "GRAPHQL_PARSE_FAILED"),
        ("{ missing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ echo(number: \"1\") }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription { count(to: 1) }", "NOT_ACCEPTABLE"),
    ] {
        let strict = query(server.address, document).await;
        let lenient = post(server.address, JSON, json!({ "query": document }).to_string().as_bytes()).await;
        let of_the_document = code != "NOT_ACCEPTABLE";
        let statuses = if of_the_document { (400, 200) } else { (406, 406) };
        assert_eq!((strict.status, lenient.status), statuses, "of {document}");
        assert_eq!((strict.code().as_str(), lenient.code().as_str()), (code, code), "of {document}");
    }
    let unknown = json!({ "query": "query A { hello }", "operationName": "B" }).to_string();
    let reply = post(server.address, RESPONSE, unknown.as_bytes()).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "OPERATION_RESOLUTION_FAILURE"));
}

#[tokio::test]
async fn an_error_of_a_field_leaves_the_others() {
    let server = Running::start().await;
    let reply = query(server.address, "{ fails hello }").await;
    assert_eq!(reply.status, 200);
    assert!(reply.text().starts_with(r#"{"data":{"fails":null,"hello":"world"},"errors":[{"#), "{}", reply.text());
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "MINE");
}

#[tokio::test]
async fn huge_numbers_are_errors_of_their_fields() {
    let server = Running::start().await;
    for number in ["9223372036854775808", "99999999999999999999999", "1e300"] {
        let reply = query(server.address, &format!("{{ hello echo(number: {number}) }}")).await;
        let body = reply.json();
        assert!(body["errors"][0]["message"].is_string() && body["data"]["echo"].is_null(), "of {number}: {body}");
    }
}

#[tokio::test]
async fn a_panic_is_an_error_that_tells_nothing() {
    let server = Running::start().await;
    let reply = query(server.address, "{ panics }").await;
    assert_eq!((reply.status, reply.code().as_str()), (500, "INTERNAL"));
    assert!(!reply.text().contains("as the test wants it"));
    assert_eq!(query(server.address, "{ hello }").await.status, 200);
}

#[tokio::test]
async fn what_nobody_can_answer_with_is_not_acceptable() {
    let server = Running::start().await;
    let reply = post(server.address, "image/png", br#"{"query":"mutation { touch }"}"#).await;
    assert_eq!((reply.status, reply.code().as_str()), (406, "NOT_ACCEPTABLE"));
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let options = ServerOptions::default();
    let server = Running::with(|server| {
        server.options({
            let mut options = options;
            options.request_timeout = Duration::from_millis(50);
            options
        })
    })
    .await;
    let reply = query(server.address, "{ wait }").await;
    assert_eq!((reply.status, reply.code().as_str()), (504, "TIMEOUT"));
    // What may have been done is told as such.
    let reply = query(server.address, "mutation { stall }").await;
    assert_eq!((reply.status, reply.code().as_str()), (504, "INDETERMINATE"));
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 1);
    let metrics = get(server.address, "/metrics", "*/*").await;
    let counted = "graphql_operations_total{type=\"mutation\",outcome=\"timeout\"} 1";
    assert!(metrics.text().lines().any(|line| line == counted), "{}", metrics.text());
    // A body that never comes.
    let head = "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n";
    let reply = send(server.address, head, b"{").await;
    assert_eq!((reply.status, reply.code().as_str()), (504, "TIMEOUT"));
}

#[tokio::test]
async fn headers_that_do_not_come_close_the_connection() {
    let server = Running::with(|server| {
        let mut options = ServerOptions::default();
        options.header_timeout = Duration::from_millis(50);
        server.options(options)
    })
    .await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"POST /graphql HTTP/1.1\r\nX-Slow: ").await.unwrap();
    let mut rest = Vec::new();
    // That this ends is the assertion.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let server = Running::start().await;
    let batch = json!([
        { "query": "{ thing { late } }" },
        { "query": "{ hello }" },
        { "query": "{ missing }" },
        { "query": 7 },
    ]);
    let reply = post(server.address, JSON, batch.to_string().as_bytes()).await;
    let body = reply.json();
    assert_eq!(body[0], json!({ "data": { "thing": { "late": "late" } } }));
    assert_eq!(body[1], json!({ "data": { "hello": "world" } }));
    assert_eq!(body[2]["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(body[3]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    let many = vec![json!({ "query": "mutation { touch }" }); 11];
    let reply = post(server.address, JSON, json!(many).to_string().as_bytes()).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "BATCH_TOO_LARGE"));
    assert_eq!(server.world.touched.load(Ordering::SeqCst), 0);
    let reply = post(server.address, JSON, json!(many[..10]).to_string().as_bytes()).await;
    assert_eq!(reply.json().as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let server = Running::start().await;
    let document = format!("{{ hello }} #{}", "x".repeat(1 << 20));
    let body = json!({ "query": document }).to_string();
    let reply = post(server.address, JSON, body.as_bytes()).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    // A length that is not stated.
    let head = "POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let reply = send(server.address, head, chunked.as_bytes()).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "PAYLOAD_TOO_LARGE"));
}
