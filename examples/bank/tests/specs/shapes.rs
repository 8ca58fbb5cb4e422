use bank::domain::Account;
use cqrs_runtime::testing::assert_schema_lock;

#[test]
fn stored_shapes_change_only_with_a_new_version() {
    assert_schema_lock!(Account);
}
