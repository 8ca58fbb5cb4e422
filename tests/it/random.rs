//! Randomness that can be had again.

use fastrand::Rng;

/// A generator; it prints its seed, and takes one from `CQRS_TEST_SEED`.
pub(crate) fn rng() -> Rng {
    let seed = std::env::var("CQRS_TEST_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("CQRS_TEST_SEED={seed}");
    Rng::with_seed(seed)
}
