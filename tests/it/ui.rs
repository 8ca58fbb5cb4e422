//! Mistakes in annotations, and what the compiler says of them: filed by macro and rule under `tests/ui`.

#[test]
fn mistakes_are_told_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    for derive in
        ["id", "value", "event", "command", "domain_error", "aggregate", "read_model", "projection", "context"]
    {
        cases.compile_fail(format!("ui/{derive}/*.rs"));
    }
}
