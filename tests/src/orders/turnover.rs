//! What customers have ordered and paid, over all of their orders: written by SQL, and wrong if an event is seen twice.

use cqrs_runtime::prelude::*;

use super::{Customer, CustomerId, CustomerLeft, Order, OrderPaid, OrderPlaced};

/// What each customer has ordered and paid, and the events in their order.
#[derive(TransactionalProjection)]
#[projection(
    tables(turnover, turnover_log),
    events(Order(OrderPlaced, OrderPaid), Customer(CustomerLeft)),
    partition = customer
)]
pub struct Turnover;

impl CreateTables for Turnover {
    fn create(tables: &mut NewTables<Self>) {
        let (turnover, log) = (tables.name(Self::TURNOVER), tables.name(Self::TURNOVER_LOG));
        tables.sql(format!(
            "CREATE TABLE {turnover} (tenant TEXT NOT NULL, customer TEXT NOT NULL, orders BIGINT NOT NULL,
                paid BIGINT NOT NULL, PRIMARY KEY (tenant, customer))"
        ));
        tables.sql(format!("CREATE INDEX {} ON {turnover} (paid)", tables.own("turnover_by_paid")));
        tables.sql(format!("CREATE TABLE {log} (position BIGINT PRIMARY KEY, number BIGINT NOT NULL UNIQUE)"));
    }
}

impl ProjectInTransaction<OrderPlaced> for Turnover {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<OrderPlaced>,
    ) -> Result<(), ProjectionError> {
        let sql = format!(
            "INSERT INTO {} AS t VALUES ($1, $2, 1, 0) ON CONFLICT (tenant, customer) DO UPDATE SET orders = t.orders + 1",
            transaction.table(Self::TURNOVER)
        );
        change(transaction, event, &event.customer, &sql, []).await
    }
}

impl ProjectInTransaction<OrderPaid> for Turnover {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<OrderPaid>,
    ) -> Result<(), ProjectionError> {
        let table = transaction.table(Self::TURNOVER);
        let sql = format!("UPDATE {table} SET paid = paid + $3 WHERE tenant = $1 AND customer = $2");
        change(transaction, event, &event.customer, &sql, [event.amount]).await
    }
}

impl ProjectInTransaction<CustomerLeft> for Turnover {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<CustomerLeft>,
    ) -> Result<(), ProjectionError> {
        let sql = format!("DELETE FROM {} WHERE tenant = $1 AND customer = $2", transaction.table(Self::TURNOVER));
        change(transaction, event, &event.customer, &sql, []).await
    }
}

/// Changes the row of a customer, and notes the event.
async fn change<E: Sync, const N: usize>(
    transaction: &ProjectionTransaction<'_, Turnover>,
    event: &Recorded<E>,
    customer: &CustomerId,
    sql: &str,
    more: [i64; N],
) -> Result<(), ProjectionError> {
    // First, so that there is something to take back where the customer is nobody.
    let log = transaction.table(Turnover::TURNOVER_LOG);
    let note = format!("INSERT INTO {log} SELECT $1, count(*) + 1 FROM {log}");
    transaction.execute(&note, [event.position.cast_signed().into()]).await?;
    let place = [event.metadata.tenant.as_str().into(), customer.to_string().into()];
    let values = place.into_iter().chain(more.map(Into::into));
    match transaction.execute(sql, values).await? {
        0 => Err(ProjectionError::refused("the customer has ordered nothing")),
        _ => Ok(()),
    }
}
