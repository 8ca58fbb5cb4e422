//! Beside what stands in tables of the user's own, with and without a prefix.

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::prelude::*;
use cqrs_tests::account::{Account, AccountId, AccountOpened};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{DerivePartialModel, FromQueryResult, PartialModelTrait, QueryOrder, QuerySelect, QueryTrait, Set};

use super::super::types::Money;
use super::Fixture;
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    a_statement_joins_rows_to_those_of_another_table
    a_partial_model_selects_the_columns_of_a_view
    a_row_alone_is_a_partial_model
    a_row_that_an_outer_join_has_not_found_is_absent
}

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "account_summary", events(Account(AccountOpened)))]
struct AccountSummary {
    #[read_model(key)]
    id: AccountId,
    #[read_model(filter)]
    owner: String,
    balance: Money,
    note: Option<Vec<String>>,
}

impl Project<AccountOpened> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let (id, owner) = (row.id()?, event.owner.clone());
        let amount = Decimal::new(-1_234_500, 3);
        let balance = Money { amount, currency: None, at: Some(event.metadata.recorded_at) };
        row.insert(|| Self { id, owner, balance, note: None })
    }
}

mod customer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub(super) id: i32,
        pub(super) name: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Ada with two accounts, of which one is another tenant's, and Grace with none; the rows, as the runtime answers.
async fn customers(fixture: &Fixture) -> [Vec<AccountSummary>; 2] {
    fixture
        .orm
        .execute_unprepared("CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL)")
        .await
        .unwrap();
    for (id, name) in [(1, "ada"), (2, "grace")] {
        let customer = customer::ActiveModel { id: Set(id), name: Set(name.to_owned()) };
        customer::Entity::insert(customer).exec(&fixture.orm).await.unwrap();
    }
    fixture.open("", "ada").await;
    fixture.open("north", "ada").await;
    let read_models = fixture.projected::<AccountSummary>().await;
    let of_nobody = read_models.query::<AccountSummary>().fetch().await.unwrap().rows;
    [of_nobody, read_models.query::<AccountSummary>().tenant("north").fetch().await.unwrap().rows]
}

#[derive(FromQueryResult, Debug, PartialEq)]
struct WithoutPrefix {
    name: String,
    tenant: String,
    #[sea_orm(nested)]
    account: ViewRow<AccountSummary>,
}

#[derive(FromQueryResult, Debug, PartialEq)]
struct WithPrefix {
    id: i32,
    #[sea_orm(nested(prefix = "one_"))]
    one: ViewRow<AccountSummary>,
    #[sea_orm(nested(prefix = "other_"))]
    other: ViewRow<AccountSummary>,
}

async fn a_statement_joins_rows_to_those_of_another_table(fixture: Fixture) {
    let [of_nobody, of_north] = customers(&fixture).await;
    let joined = "SELECT c.name, a.* FROM customers c JOIN account_summary a ON a.owner = c.name ORDER BY a.tenant";
    let read = fixture.read::<WithoutPrefix>(joined).await.unwrap();
    let expected = |tenant: &str, rows: &[AccountSummary]| WithoutPrefix {
        name: "ada".to_owned(),
        tenant: tenant.to_owned(),
        account: ViewRow(rows[0].clone()),
    };
    assert_eq!(read, [expected("", &of_nobody), expected("north", &of_north)]);

    let columns = |of: &str| {
        let columns = AccountSummary::TABLE.columns();
        columns.map(|(name, ..)| format!("{of}.{name} AS {of}_{name}")).collect::<Vec<_>>().join(", ")
    };
    let twice = format!(
        "SELECT c.id, {}, {} FROM customers c JOIN account_summary one ON one.owner = c.name AND one.tenant = ''
        JOIN account_summary other ON other.owner = c.name AND other.tenant = 'north'",
        columns("one"),
        columns("other"),
    );
    let read = fixture.read::<WithPrefix>(&twice).await.unwrap();
    assert_eq!(read, [WithPrefix { id: 1, one: ViewRow(of_nobody[0].clone()), other: ViewRow(of_north[0].clone()) }]);
}

#[derive(DerivePartialModel, Debug, PartialEq)]
#[sea_orm(entity = "customer::Entity")]
struct CustomerWithAccounts {
    id: i32,
    #[sea_orm(nested)]
    account: Option<ViewRow<AccountSummary>>,
    #[sea_orm(nested, alias = "others")]
    other: Option<ViewRow<AccountSummary>>,
}

/// All customers, with their accounts of no tenant and of another one.
fn with_accounts() -> sea_orm::Select<customer::Entity> {
    let is_owner = |view: &'static str, tenant: &str| {
        let owner = Expr::col((view, "owner")).equals((customer::Entity, customer::Column::Name));
        owner.and(Expr::col((view, "tenant")).eq(tenant))
    };
    let mut select = customer::Entity::find().order_by_asc(customer::Column::Id);
    QueryTrait::query(&mut select)
        .left_join(AccountSummary::TABLE.name, is_owner(AccountSummary::TABLE.name, ""))
        .join_as(sea_orm::JoinType::LeftJoin, AccountSummary::TABLE.name, "others", is_owner("others", "north"));
    select
}

async fn a_partial_model_selects_the_columns_of_a_view(fixture: Fixture) {
    let [of_nobody, of_north] = customers(&fixture).await;
    let read = with_accounts().into_partial_model::<CustomerWithAccounts>().all(&fixture.orm).await.unwrap();
    let row = |rows: &[AccountSummary]| Some(ViewRow(rows[0].clone()));
    assert_eq!(
        read,
        [
            CustomerWithAccounts { id: 1, account: row(&of_nobody), other: row(&of_north) },
            CustomerWithAccounts { id: 2, account: None, other: None },
        ]
    );
}

async fn a_row_alone_is_a_partial_model(fixture: Fixture) {
    let [of_nobody, _] = customers(&fixture).await;
    let joined = with_accounts().filter(Expr::col((AccountSummary::TABLE.name, "owner")).is_not_null());
    let read = joined.clone().into_partial_model::<ViewRow<AccountSummary>>().all(&fixture.orm).await.unwrap();
    assert_eq!(read, [ViewRow(of_nobody[0].clone())]);
    let selected = ViewRow::<AccountSummary>::select_cols(joined.select_only());
    let read = selected.into_model::<ViewRow<AccountSummary>>().one(&fixture.orm).await.unwrap();
    assert_eq!(read, Some(ViewRow(of_nobody[0].clone())));
}

async fn a_row_that_an_outer_join_has_not_found_is_absent(fixture: Fixture) {
    let [of_nobody, _] = customers(&fixture).await;
    let joined = "SELECT a.* FROM customers c LEFT JOIN account_summary a ON a.owner = c.name AND a.tenant = '' \
        ORDER BY c.id";
    let read = fixture.read::<Option<ViewRow<AccountSummary>>>(joined).await.unwrap();
    assert_eq!(read, [Some(ViewRow(of_nobody[0].clone())), None]);
    let pairs = customer_and_row(&fixture, joined).await;
    assert_eq!(pairs, [Some(ViewRow(of_nobody[0].clone())), None]);
    let error = fixture.read::<ViewRow<AccountSummary>>(joined).await.unwrap_err();
    assert_eq!(error.to_string(), "Type Error: A null value was encountered while decoding id");
}

/// As SeaORM reads the second one of a pair.
async fn customer_and_row(fixture: &Fixture, sql: &str) -> Vec<Option<ViewRow<AccountSummary>>> {
    let rows = fixture.orm.query_all_raw(fixture.statement(sql)).await.unwrap();
    rows.iter().map(|row| ViewRow::from_query_result_optional(row, "").unwrap()).collect()
}
