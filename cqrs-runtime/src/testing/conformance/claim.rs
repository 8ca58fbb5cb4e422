//! Names that one stream holds.

use super::{accepted, any, append, appended, commit, count, events, stream, verdict};
use crate::store::ExpectedVersion::Exact;
use crate::store::{Append, Backend, Claim, ClaimChange, StreamKey, Verdict};

fn email(name: &str) -> Claim {
    Claim::new("email", name)
}

fn taking(stream: &StreamKey, claim: Claim) -> Append {
    Append { claims: vec![ClaimChange::Take(claim)], ..any(stream, 1) }
}

fn releasing(stream: &StreamKey, claim: Claim) -> Append {
    Append { claims: vec![ClaimChange::Release(claim)], ..any(stream, 1) }
}

async fn holder(backend: &dyn Backend, tenant: &str, claim: &Claim) -> Option<StreamKey> {
    match backend.claim_holder(tenant, claim).await {
        Ok(holder) => holder,
        Err(error) => panic!("the claim can't be read: {error:?}"),
    }
}

/// Who holds a name may take it again; nobody else may.
pub async fn a_name_is_held_by_one_stream(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    accepted(backend, &taking(&one, email("a"))).await;
    accepted(backend, &taking(&one, email("a"))).await;
    let mut several = any(&other, 1);
    several.claims = vec![ClaimChange::Take(email("b")), ClaimChange::Take(email("a"))];
    let taken = Verdict::ClaimTaken { claim: email("a"), holder: one.clone() };
    assert_eq!(verdict(backend, &several).await, taken);
    assert_eq!(holder(backend, "", &email("a")).await, Some(one));
    assert_eq!(holder(backend, "", &email("b")).await, None);
    assert_eq!(count(backend).await, 2);
}

/// A name given free can be taken by another; both in one append swap names.
pub async fn a_released_name_is_free(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    accepted(backend, &taking(&one, email("old"))).await;
    let mut moving = any(&one, 1);
    moving.claims = vec![ClaimChange::Release(email("old")), ClaimChange::Take(email("new"))];
    accepted(backend, &moving).await;
    accepted(backend, &taking(&other, email("old"))).await;
    assert_eq!(holder(backend, "", &email("old")).await, Some(other));
    assert_eq!(holder(backend, "", &email("new")).await, Some(one));
}

/// A name of another stream, or of nobody, is not released.
pub async fn releasing_what_another_holds_changes_nothing(backend: &dyn Backend) {
    let (one, other) = (stream("one"), stream("other"));
    accepted(backend, &taking(&one, email("a"))).await;
    accepted(backend, &releasing(&other, email("a"))).await;
    accepted(backend, &releasing(&other, email("b"))).await;
    assert_eq!(holder(backend, "", &email("a")).await, Some(one));
}

/// The same name in another scope or of another tenant is another name.
pub async fn claims_are_per_tenant_and_scope(backend: &dyn Backend) {
    let streams = [stream("one"), stream("two"), stream("three").of_tenant("acme")];
    let claims = [email("a"), Claim::new("phone", "a"), email("a")];
    let batch: Vec<_> = streams.iter().zip(&claims).map(|(stream, claim)| taking(stream, claim.clone())).collect();
    for verdict in commit(backend, &batch).await {
        appended(&verdict);
    }
    for (stream, claim) in streams.iter().zip(&claims) {
        assert_eq!(holder(backend, &stream.tenant, claim).await.as_ref(), Some(stream));
    }
}

/// A refused append takes and releases nothing; one without events may.
pub async fn a_claim_is_taken_with_its_append_only(backend: &dyn Backend) {
    let one = stream("one");
    let mut refused = append(&one, Exact(1), events(1));
    refused.claims = vec![ClaimChange::Take(email("a"))];
    assert_eq!(verdict(backend, &refused).await, Verdict::Conflict { actual: 0 });
    assert_eq!(holder(backend, "", &email("a")).await, None);
    let lone = Append { events: Vec::new(), ..taking(&one, email("a")) };
    accepted(backend, &lone).await;
    assert_eq!(holder(backend, "", &email("a")).await, Some(one));
}
