//! Random requests of random principals: nothing foreign reaches anyone, and all that is their own does.

mod answer;
mod follow;
mod foreign;
mod matters;

use std::collections::BTreeSet;

use cqrs_runtime::principal::Principal;
use cqrs_runtime::store::EventQuery;
use fastrand::Rng;
use futures_util::TryStreamExt;

use self::answer::held_to;
use self::foreign::nothing_foreign;
use self::matters::MATTERS;
use super::World;
use super::generate::Generator;
use super::model::{Rule, TENANTS, Viewer, Written, principal, world};
use super::oracle::{Of, Oracle, Place, Told};
use super::pools::Pools;
use super::request::Request;
use super::schema::Offered;
use crate::database::{Database, on_both};
use crate::random::rng;

/// How many requests are made; and at most, where something has not been tested by then.
const REQUESTS: usize = 10_000;
const MOST: usize = 5 * REQUESTS;

on_both! {
    in_threads
    each_is_answered_by_the_rules
}

/// Somebody's view of all folders, with a rule forgotten or none.
fn view<'w>(world: &'w [Written], principal: &'w Principal, forgotten: Option<Rule>) -> Viewer<'w, 'w> {
    Viewer { world, principal, forgotten }
}

/// What is tested, and what has been found until now.
struct Trial {
    world: World,
    written: Vec<Written>,
    offered: Offered,
    pools: Pools,
    /// All that was asked or said.
    used: BTreeSet<String>,
    /// Where answers depended on which rule.
    mattered: BTreeSet<(Rule, Place)>,
    refused: usize,
    shown: usize,
}

async fn each_is_answered_by_the_rules(database: Database) {
    let mut rng = rng();
    let mut trial = Trial::over(database, &mut rng).await;
    for number in 0..MOST {
        if number >= REQUESTS && trial.untested().is_empty() {
            break;
        }
        let principal = principal(&mut rng);
        let request = Generator {
            rng: &mut rng,
            offered: &trial.offered,
            pools: &trial.pools,
            viewer: view(&trial.written, &principal, None),
            used: &mut trial.used,
            request: Request::default(),
            names: 0,
            parent: None,
        }
        .request();
        let context = format!("request {number} of {principal:?}:\n{}\n{:#}", request.document(), request.variables());
        let cursors = if request.root == "subscription" {
            trial.follow(&principal, &request, &context).await;
            Vec::new()
        } else {
            trial.ask(&principal, &request, &context).await
        };
        for (cursor, of) in cursors {
            match of {
                Of::Rows(question) => trial.pools.keep_row(&cursor, &question, &mut rng),
                Of::Events(id) => trial.pools.keep_event(&cursor, &id, &mut rng),
            }
        }
    }
    trial.judge();
}

impl Trial {
    async fn over(database: Database, rng: &mut Rng) -> Self {
        let (world, written) = (World::over(database).await, world(rng));
        for folder in &written {
            world.write(folder).await;
        }
        for tenant in TENANTS {
            world.make_drawer(tenant).await;
        }
        world.catch_up().await;
        let log = world.application.store().read(EventQuery::log()).try_collect().await.unwrap();
        let offered = Offered::read(&world.schema.sdl());
        let (used, mattered) = (BTreeSet::new(), BTreeSet::new());
        Self { world, written, offered, pools: Pools::of(log), used, mattered, refused: 0, shown: 0 }
    }

    fn oracle<'o>(&'o self, principal: &'o Principal, request: &'o Request, forgotten: Option<Rule>) -> Oracle<'o> {
        let viewer = view(&self.written, principal, forgotten);
        Oracle { viewer, offered: &self.offered, request, pools: &self.pools }
    }

    /// Asks, and holds the answer to what is to be answered; the cursors that stand in it.
    async fn ask(&mut self, principal: &Principal, request: &Request, context: &str) -> Vec<(String, Of)> {
        let told = self.oracle(principal, request, None).told();
        let answer = self.world.answer(principal, &request.document(), request.variables()).await;
        let held = held_to(&answer, &told);
        nothing_foreign(&answer, &view(&self.written, principal, None), context);
        let cursors =
            held.unwrap_or_else(|why| panic!("{why}\n{context}\nis answered {answer:#}\nand is to be {told:#?}"));
        let told: Vec<Told> = told.into_iter().map(|(_, told)| told).collect();
        self.note(&told, |this, rule| {
            this.oracle(principal, request, rule).told().into_iter().map(|(_, told)| told).collect()
        });
        cursors
    }

    /// Where no answer has depended on a rule yet.
    fn untested(&self) -> Vec<(Rule, Place)> {
        let all = MATTERS.iter().flat_map(|(rule, places)| places.iter().map(|place| (*rule, *place)));
        all.filter(|pair| !self.mattered.contains(pair)).collect()
    }

    /// Notes what was to be answered, and where that depends on which rule.
    fn note(&mut self, told: &[Told], without: impl Fn(&Self, Option<Rule>) -> Vec<Told>) {
        let rules: BTreeSet<Rule> = self.untested().into_iter().map(|(rule, _)| rule).collect();
        for rule in rules {
            let without = without(self, Some(rule));
            for place in told.iter().zip(&without).flat_map(|(told, without)| told.differs(without)) {
                self.mattered.insert((rule, place));
            }
        }
        let refused = told.iter().filter(|told| told.value.is_err()).count();
        self.refused += refused;
        self.shown += told.len() - refused;
    }

    /// What was not tested has not passed.
    fn judge(&self) {
        let unasked: Vec<String> = self.offered.all().into_iter().filter(|what| !self.used.contains(what)).collect();
        assert_eq!(unasked, [] as [String; 0], "nobody asked for them");
        assert_eq!(self.untested(), [], "no answer depends on them there");
        let least = REQUESTS / 10;
        assert!(self.refused > least && self.shown > least, "{} refused, {} shown", self.refused, self.shown);
    }
}
