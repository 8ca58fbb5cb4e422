use axum::http::{HeaderMap, header};

/// What a client wants to be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    Response,
    /// `application/json`: 200 for whatever is well formed.
    Json,
    /// `text/event-stream`: server-sent events.
    Events,
    /// `text/html`: a person with a browser.
    Html,
}

/// Ordered by what is preferred where a client has no preference.
const OFFERED: [(Media, &str, &str); 4] = [
    (Media::Response, "application", "graphql-response+json"),
    (Media::Json, "application", "json"),
    (Media::Events, "text", "event-stream"),
    (Media::Html, "text", "html"),
];

/// What a client has stated, with what it likes best first.
#[derive(Debug)]
pub(super) struct Accepted(Vec<Media>);

/// One range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subkind: &'a str,
    quality: f32,
}

impl Accepted {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<_> = values.flat_map(|value| value.split(',')).filter_map(range).collect();
        if ranges.is_empty() {
            return Self(vec![Media::Json]);
        }
        let mut media: Vec<_> = OFFERED.into_iter().filter_map(|offered| liked(offered, &ranges)).collect();
        // A stable sort: what is liked the same stays in the order of the offer.
        media.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        Self(media.into_iter().map(|(media, _)| media).collect())
    }

    /// What to answer with; absent where nothing on offer is accepted.
    pub(super) fn best(&self) -> Option<Media> {
        self.0.first().copied()
    }

    /// What to answer with in one piece.
    pub(super) fn json(&self) -> Media {
        let liked = self.0.iter().find(|media| matches!(media, Media::Response | Media::Json));
        liked.copied().unwrap_or(Media::Json)
    }

    pub(super) fn accepts(&self, media: Media) -> bool {
        self.0.contains(&media)
    }
}

fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let (kind, subkind) = parts.next()?.split_once('/')?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(Range { kind, subkind, quality: quality.and_then(|quality| quality.trim().parse().ok()).unwrap_or(1.0) })
}

/// How much: by the most specific range. One that is named counts a bit more than one that a `*` stands for, and what a `*`
/// stands for is plain JSON first.
fn liked((media, kind, subkind): (Media, &str, &str), ranges: &[Range<'_>]) -> Option<(Media, f32)> {
    let rank = |range: &Range<'_>| match (range.kind, range.subkind) {
        ("*", "*") => Some(1),
        (one, "*") if one.eq_ignore_ascii_case(kind) => Some(2),
        (one, other) if one.eq_ignore_ascii_case(kind) && other.eq_ignore_ascii_case(subkind) => Some(3),
        _ => None,
    };
    let ranked = ranges.iter().filter_map(|range| Some((rank(range)?, range.quality)));
    let (rank, quality) = ranked.max_by(|(one, _), (other, _)| one.cmp(other))?;
    let preference = match (rank, media) {
        (3, _) => 0.000_02,
        (_, Media::Json) => 0.000_01,
        _ => 0.0,
    };
    (quality > 0.0).then_some((media, quality + preference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expect: Option<Media>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().expect("a header's value"));
        assert_eq!(Accepted::of(&headers).best(), expect, "of {accept}");
    }

    #[test]
    fn the_best_of_what_is_accepted_is_chosen() {
        check("application/json", Some(Media::Json));
        check("Application/JSON; charset=utf-8", Some(Media::Json));
        check("application/graphql-response+json, application/json;q=0.9", Some(Media::Response));
        check("application/json, application/graphql-response+json", Some(Media::Response));
        check("application/json, application/graphql-response+json;q=0.5", Some(Media::Json));
        check("*/*", Some(Media::Json));
        check("application/*", Some(Media::Json));
        check("text/*", Some(Media::Events));
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Media::Html));
        check("text/event-stream", Some(Media::Events));
        check("application/graphql-response+json, application/json, text/event-stream", Some(Media::Response));
        check("*/*, application/json;q=0", Some(Media::Response));
        check("image/png", None);
        check("application/json;q=0", None);
        check("application/json;q=nonsense", Some(Media::Json));
    }

    #[test]
    fn a_client_that_states_nothing_gets_json() {
        assert_eq!(Accepted::of(&HeaderMap::new()).best(), Some(Media::Json));
    }
}
