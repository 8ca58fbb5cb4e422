use super::*;

struct Money;
struct Status;
mod other {
    pub(super) struct Status;
    pub(super) struct Leaf;
    pub(super) struct Branch;
}

trait Told {
    fn told(shapes: &mut Shapes) -> Shape;
}

macro_rules! told {
    ($($ty:ty => $name:literal $definition:expr;)+) => {$(
        impl Told for $ty {
            fn told(shapes: &mut Shapes) -> Shape {
                let describe: fn(&mut Shapes) -> Definition = $definition;
                shapes.define($name, |shapes| describe(shapes))
            }
        }
    )+};
}

struct Leaf;
struct Branch;

told! {
    Money => "Money" |_| scalar("i64");
    Status => "Status" |_| scalar("text");
    other::Status => "Status" |_| scalar("bool");
    Leaf => "Leaf" |_| scalar("u8");
    other::Leaf => "Leaf" |_| scalar("u16");
    Branch => "Branch" |shapes| Definition::Alias(Leaf::told(shapes));
    other::Branch => "Branch" |shapes| Definition::Alias(other::Leaf::told(shapes));
}

fn scalar(name: &'static str) -> Definition {
    Definition::Alias(Shape::Scalar(name))
}

fn fields(shapes: &[(&'static str, Shape)]) -> Definition {
    Definition::Record(shapes.iter().map(|(name, shape)| Field { name, shape: shape.clone() }).collect())
}

/// The fingerprint of two fields of the types, described after another type.
fn fingerprint<First: Told, A: Told, B: Told>() -> u64 {
    let mut shapes = Shapes::default();
    First::told(&mut shapes);
    let definition = fields(&[("a", A::told(&mut shapes)), ("b", B::told(&mut shapes))]);
    definition.fingerprint(&shapes)
}

#[test]
fn a_fingerprint_tells_types_of_one_name_apart() {
    let all = [
        fingerprint::<Money, Status, Status>(),
        fingerprint::<Money, other::Status, other::Status>(),
        fingerprint::<Money, Status, other::Status>(),
        fingerprint::<Status, other::Status, Status>(),
        fingerprint::<Status, other::Status, other::Status>(),
        fingerprint::<Money, Branch, Branch>(),
        fingerprint::<Branch, other::Branch, other::Branch>(),
        fingerprint::<Money, Branch, other::Branch>(),
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[index + 1..].contains(one), "{index} of {all:?}");
    }
    assert_eq!(fingerprint::<Money, Status, Status>(), fingerprint::<Branch, Status, Status>());
}

#[test]
fn a_clash_is_found_inside_a_type_that_looks_the_same() {
    let mut shapes = Shapes::default();
    assert_eq!(Branch::told(&mut shapes), Shape::Named("Branch"));
    assert_eq!(shapes.clashes(), [] as [&str; 0]);
    assert_eq!(other::Branch::told(&mut shapes), Shape::Clashing("Branch", 1));
    assert_eq!(other::Branch::told(&mut shapes), Shape::Clashing("Branch", 1));
    assert_eq!(shapes.clashes(), ["Leaf", "Branch"]);
}

#[test]
fn two_types_of_one_name_and_one_shape_do_not_clash() {
    let mut shapes = Shapes::default();
    for _ in 0..2 {
        assert_eq!(shapes.define("Name", |_| scalar("text")), Shape::Named("Name"));
    }
    assert_eq!(shapes.define("Name", |_| scalar("text")), Shape::Named("Name"));
    assert_eq!(shapes.clashes(), [] as [&str; 0]);
}

#[test]
fn names_that_could_be_taken_for_more_stand_in_quotes() {
    let told = fields(&[("a: text, b", Shape::Named("My \"Money\"")), ("c-d.e", Shape::Scalar("i64"))]);
    assert_eq!(told.to_string(), r#"{ "a: text, b": "My \"Money\"", c-d.e: i64 }"#);
    let told = Definition::Choice(vec![("A | B", None), ("", None)]);
    assert_eq!(told.to_string(), r#""A | B" | """#);
}
