use cqrs_runtime::prelude::*;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3)]
struct MoneyDeposited {
    #[event(until = 2, ty = f64, with = whole)]
    #[event(until = 3, ty = u32, with = cents)]
    amount: i64,
}

fn whole(amount: f64) -> i64 {
    amount as i64
}

fn cents(amount: u32) -> i64 {
    i64::from(amount) * 100
}

fn main() {}
