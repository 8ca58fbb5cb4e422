//! Following, and holding what comes to what is to come.

use cqrs_runtime::principal::Principal;
use futures_util::future::{Either, FutureExt, select};
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::{Value as Json, json};

use super::answer::is_one_of;
use super::{Trial, nothing_foreign, view};
use crate::graphql::access::model::TENANTS;
use crate::graphql::access::oracle::{Refusals, Shown};
use crate::graphql::access::request::Request;
use crate::projecting::killed::LONG;

impl Trial {
    /// Follows, as far as it is known what comes, and a little longer.
    pub(super) async fn follow(&mut self, principal: &Principal, request: &Request, context: &str) {
        let (key, told) = self.oracle(principal, request, None).followed();
        let key = key.to_owned();
        let mut coming = self.world.follow(principal, &request.document(), request.variables());
        let mut came = Vec::new();
        match &told.value {
            Err(refusals) => {
                let answer = next(&mut coming, context).await.unwrap();
                assert!(
                    is_refused(&answer, refusals),
                    "{context}\nis answered {answer:#}\nand is to be refused: {refusals:?}"
                );
                assert!(next(&mut coming, context).await.is_none(), "{context}");
                came.push(answer);
            }
            Ok(Shown::List(items)) => {
                for item in items {
                    let answer = next(&mut coming, context).await.unwrap();
                    let is_told = match (item, answer["data"].as_object()) {
                        (Shown::Refused(refusals), _) => is_refused(&answer, refusals),
                        (item, Some(data)) => {
                            let told = data.get(&key).is_some_and(|answer| item.is(answer, &mut Vec::new()));
                            told && data.len() == 1 && answer.get("errors").is_none()
                        }
                        (_, None) => false,
                    };
                    assert!(is_told, "{context}\nis told {answer:#}\nand is to be {item:#?}");
                    came.push(answer);
                }
                // Where much comes, it comes together.
                let more = if items.len() > 1 {
                    coming.next().now_or_never().flatten()
                } else {
                    self.comes_soon(coming).await
                };
                assert_eq!(more, None, "{context}\nis told more than {items:#?}");
            }
            Ok(other) => panic!("{other:?}"),
        }
        for answer in &came {
            nothing_foreign(answer, &view(&self.written, principal, None), context);
        }
        self.note(&[told], |this, rule| vec![this.oracle(principal, request, rule).followed().1]);
    }

    /// What else comes while somebody who may see it is told of all that there is: of what waits for something new, nothing.
    async fn comes_soon(&self, mut coming: BoxStream<'static, Json>) -> Option<Json> {
        let next = coming.next();
        let clerk = Principal::new("clerk").role("clerk").of_tenant(TENANTS[0]);
        let folder = self.written.iter().find(|folder| folder.tenant == TENANTS[0]).unwrap();
        let document = "subscription($id: String!) { folderEvents(id: $id) { __typename } }";
        let others = self.world.follow(&clerk, document, json!({ "id": folder.id }));
        let all = others.take(folder.notes.len() + 1).collect::<Vec<_>>();
        match select(next, all).await {
            Either::Left((more, _)) => more,
            Either::Right((_, next)) => next.now_or_never().flatten(),
        }
    }
}

/// What comes next: something does, or it ends.
async fn next(coming: &mut BoxStream<'static, Json>, context: &str) -> Option<Json> {
    let next = tokio::time::timeout(LONG, coming.next()).await;
    next.unwrap_or_else(|_| panic!("{context}\nis told nothing, neither an item nor an error"))
}

/// Whether an answer is nothing but one of some errors.
fn is_refused(answer: &Json, refusals: &Refusals) -> bool {
    let errors = answer["errors"].as_array().map_or(&[] as &[Json], Vec::as_slice);
    answer["data"].is_null() && matches!(errors, [error] if is_one_of(error, refusals))
}
