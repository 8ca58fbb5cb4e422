//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn whole() {
    let input = "
        #[projection(
            tables(order_words, order_lengths), version = 2, events(Order(OrderPlaced), Customer(CustomerRenamed)),
            partition = customer_id,
        )]
        pub struct OrderWords;
    ";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn with_a_table_of_its_name() {
    let input = "#[projection(events(Order(OrderPlaced)))] struct OrderWords;";
    insta::assert_snapshot!(expand(derive, input));
}
