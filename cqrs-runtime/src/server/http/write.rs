use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::answer::Answer;
use super::super::refusal::Refusal;
use super::accept::Media;

/// The answer to one request.
pub(super) fn single(answer: &Answer, media: Media) -> Response {
    let mut response = json(status(answer, media), media, answer.to_json());
    if let Answer::Executed(executed) = answer {
        response.headers_mut().extend(executed.http_headers.clone());
    }
    if let Answer::Refused(Refusal::Unauthenticated(_)) = answer {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answers to a batch, in its order.
pub(super) fn batch(answers: &[Answer], media: Media) -> Response {
    let answers: Vec<_> = answers.iter().map(Answer::to_json).collect();
    json(StatusCode::OK, media, format!("[{}]", answers.join(",")))
}

/// What `application/json` answers with 200 is, with `application/graphql-response+json`, told by the status, too.
fn status(answer: &Answer, media: Media) -> StatusCode {
    match answer {
        Answer::Refused(refusal) if media == Media::Response || !refusal.is_of_the_document() => refusal.status(),
        Answer::Invalid(_) if media == Media::Response => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

fn json(status: StatusCode, media: Media, body: String) -> Response {
    let kind = match media {
        Media::Response => "application/graphql-response+json; charset=utf-8",
        Media::Json | Media::Events | Media::Html => "application/json; charset=utf-8",
    };
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, body).into_response()
}
