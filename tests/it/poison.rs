//! Events that can't be projected park their sequence alone; nothing is skipped, nothing is projected twice, and once the
//! cause is gone, the rows are what a plain fold of the log makes them.

mod asking;
mod automatic;
mod bench;
mod domain;
mod left_out;
mod long;
mod mixed;
mod newer;
mod parked;
mod under_load;
mod unknown;
mod unstorable;
mod verifying;
