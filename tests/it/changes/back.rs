//! Following rows while what served before serves again.

use cqrs_runtime::projection::RebuildOptions;

use super::*;
use crate::database::on_both;

on_both! {
    in_threads
    who_follows_goes_along
    who_slept_through_it_misses_nothing
}

async fn there(writer: &ReadModels) {
    assert_eq!(writer.rebuild("debt", |_| ()).await.unwrap().generation.number, 2);
}

async fn back(writer: &ReadModels) {
    let back = writer.roll_back("debt", RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!(back.generation.number, 1);
}

async fn who_follows_goes_along(database: Database) {
    let (writer, follower) = (read_models(&database, 3).await, read_models(&database, 3).await);
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    let (a, b, c) = (debt("a", "ada", false, 0), debt("b", "bob", true, 1), debt("c", "cid", false, 0));
    mirror.comes_to(&[a.clone(), debt("b", "bob", false, 0)]).await;
    there(&writer).await;
    happen(&writer, &[("b", Paid)]).await;
    mirror.comes_to(&[a.clone(), b.clone()]).await;
    assert_eq!(mirror.resets, 2);
    // What the first generation has yet to see when it is gone back to.
    happen(&writer, &[("a", Cancelled), ("c", Placed("cid"))]).await;
    mirror.comes_to(&[b.clone(), c.clone()]).await;
    back(&writer).await;
    happen(&writer, &[("c", Paid)]).await;
    mirror.comes_to(&[b.clone(), Debt { odd: true, paid: 1, ..c }]).await;
    assert_eq!((mirror.resets, mirror.never_had.as_slice()), (3, [].as_slice()));
}

/// It finds the generation that it knows, with changes behind those that it has seen which were made while nobody could follow
/// them.
async fn who_slept_through_it_misses_nothing(database: Database) {
    for filtered in [false, true] {
        let (writer, follower) = (read_models(&database, 3).await, read_models(&database, 3).await);
        let gone = writer.query::<Debt>().fetch().await.map(|found| found.rows).unwrap_or_default();
        let gone: Vec<_> = gone.iter().map(|row| row.order.to_string()).collect();
        happen(&writer, &gone.iter().map(|order| (order.as_str(), Cancelled)).collect::<Vec<_>>()).await;
        happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
        let changes = follower.changes::<Debt>();
        let changes = if filtered { changes.filter(Debt::CUSTOMER.eq("bob".parse().unwrap())) } else { changes };
        let mut mirror = Mirror::of(changes.start());
        let (a, b) = (debt("a", "ada", false, 0), debt("b", "bob", false, 0));
        let shown = if filtered { vec![b.clone()] } else { vec![a, b.clone()] };
        mirror.comes_to(&shown).await;

        writer.rebuild("debt", |_| ()).await.unwrap();
        happen(&writer, &[("a", Cancelled), ("b", Paid), ("c", Placed("bob"))]).await;
        writer.roll_back("debt", RebuildOptions::default(), |_| ()).await.unwrap();
        happen(&writer, &[("d", Placed("bob"))]).await;
        let b = Debt { odd: true, paid: 1, ..b };
        mirror.comes_to(&[b, debt("c", "bob", false, 0), debt("d", "bob", false, 0)]).await;
        assert_eq!(mirror.never_had, []);
        writer.drop_kept("debt").await.unwrap();
    }
}
