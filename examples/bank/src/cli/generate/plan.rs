//! Which command comes next.

use std::collections::VecDeque;

use bank::domain::{
    AccountCommand, ApplyInterest, ChangeEmail, ChargeFee, CloseAccount, Currency, Deposit, Money, OpenAccount, Rate,
    ReactivateAccount, Status, SuspendAccount, Withdraw,
};

use super::customer::{self, Customer};
use super::random::Random;

const INCOME: [&str; 5] = ["salary", "refund", "sale of a bicycle", "cash deposit", "gift"];
const SPENDING: [&str; 8] =
    ["groceries", "rent", "cash machine", "electricity", "restaurant", "train ticket", "insurance", "books"];

/// Makes up commands, and keeps track of what the bank will make of them.
pub(crate) struct Plan {
    random: Random,
    customers: Vec<Customer>,
    /// What follows from the last idea.
    queue: VecDeque<AccountCommand>,
    /// How many accounts are opened.
    pub(super) accounts: u64,
    /// How many commands the bank will refuse.
    pub(super) refused: u64,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), customers: Vec::new(), queue: VecDeque::new(), accounts: 0, refused: 0 }
    }

    pub(crate) fn next_command(&mut self) -> AccountCommand {
        if let Some(command) = self.queue.pop_front() {
            return command;
        }
        if self.customers.is_empty() || self.random.happens(60) {
            return self.open();
        }
        // Some accounts see much more than others.
        let accounts = self.customers.len() as u64;
        let index = self.random.below(accounts).min(self.random.below(accounts));
        let index = usize::try_from(index).unwrap_or_default();
        if self.random.happens(12) {
            self.refused += 1;
            return refused(&mut self.random, &self.customers[index]);
        }
        match self.customers[index].status {
            Status::Active => self.active(index),
            Status::Suspended => {
                self.customers[index].status = Status::Active;
                ReactivateAccount { account_id: self.customers[index].id }.into()
            }
            Status::Closed => self.open(),
        }
    }

    fn open(&mut self) -> AccountCommand {
        let random = &mut self.random;
        let mut customer = Customer::new(random);
        customer.balance = customer.amount(random, 50, 2_500);
        let owner = customer::name(random);
        let email = customer::email(random, &owner);
        let command = OpenAccount { account_id: customer.id, owner, email, deposit: customer.balance };
        self.customers.push(customer);
        self.accounts += 1;
        command.into()
    }

    fn active(&mut self, index: usize) -> AccountCommand {
        let (random, customer) = (&mut self.random, &mut self.customers[index]);
        match random.below(1_000) {
            0..430 => deposit(random, customer),
            430..850 => withdraw(random, customer),
            850..900 => interest(random, customer),
            900..940 => fee(random, customer),
            940..970 => {
                let name = customer::name(random);
                ChangeEmail { account_id: customer.id, email: customer::email(random, &name) }.into()
            }
            970..975 => {
                customer.status = Status::Suspended;
                SuspendAccount { account_id: customer.id, reason: "card reported lost".into() }.into()
            }
            975..990 => self.burst(index),
            _ => self.close(index),
        }
    }

    /// Large withdrawals one after the other, until the bank suspects fraud.
    fn burst(&mut self, index: usize) -> AccountCommand {
        let (random, customer) = (&mut self.random, &mut self.customers[index]);
        let large = customer.limits.large_withdrawal;
        let count = customer.limits.suspicious_withdrawals;
        let sum = (0..count).fold(Money::zero(large.currency()), |sum, _| sum.saturating_add(large));
        let left = customer.limits.daily_withdrawals.saturating_sub(customer.withdrawn);
        if sum > left || sum > customer.balance {
            return deposit(random, customer);
        }
        for _ in 0..count {
            customer.withdraw(large);
            let description = Some("cash machine abroad".into());
            self.queue.push_back(Withdraw { account_id: customer.id, amount: large, description }.into());
        }
        customer.status = Status::Suspended;
        self.next_command()
    }

    /// Empties an account and ends it, or fills it up to zero where it can't be emptied on this day.
    fn close(&mut self, index: usize) -> AccountCommand {
        let customer = &self.customers[index];
        let (account_id, zero) = (customer.id, Money::zero(customer.balance.currency()));
        let balance = customer.balance;
        if balance.is_positive() && balance > customer.withdrawable() {
            return deposit(&mut self.random, &mut self.customers[index]);
        }
        if balance.is_positive() {
            self.queue.push_back(Withdraw { account_id, amount: balance, description: None }.into());
        } else if balance.is_negative() {
            let description = Some("settling the account".into());
            self.queue.push_back(Deposit { account_id, amount: zero.saturating_sub(balance), description }.into());
        }
        self.queue.push_back(CloseAccount { account_id }.into());
        self.customers.swap_remove(index);
        self.next_command()
    }
}

fn deposit(random: &mut Random, customer: &mut Customer) -> AccountCommand {
    let most = if random.happens(300) { 4_000 } else { 400 };
    let amount = customer.amount(random, 5, most);
    customer.balance = customer.balance.saturating_add(amount);
    let description = Some(random.one_of(&INCOME).into());
    Deposit { account_id: customer.id, amount, description }.into()
}

fn withdraw(random: &mut Random, customer: &mut Customer) -> AccountCommand {
    let amount = customer.amount(random, 5, 250);
    if amount > customer.withdrawable() {
        return deposit(random, customer);
    }
    customer.withdraw(amount);
    let description = Some(random.one_of(&SPENDING).into());
    Withdraw { account_id: customer.id, amount, description }.into()
}

fn interest(random: &mut Random, customer: &mut Customer) -> AccountCommand {
    let rate = Rate::basis_points(u32::try_from(random.between(10, 200)).unwrap_or(10));
    if let Some(interest) = rate.of(customer.balance).filter(|interest| interest.is_positive()) {
        customer.balance = customer.balance.saturating_add(interest);
    }
    ApplyInterest { account_id: customer.id, rate }.into()
}

fn fee(random: &mut Random, customer: &mut Customer) -> AccountCommand {
    let amount = customer.amount(random, 1, 8);
    if amount > customer.balance.saturating_add(customer.limits.overdraft) {
        return deposit(random, customer);
    }
    customer.balance = customer.balance.saturating_sub(amount);
    ChargeFee { account_id: customer.id, amount, reason: "monthly fee".into() }.into()
}

/// A command that the bank refuses, whatever becomes of the account.
fn refused(random: &mut Random, customer: &Customer) -> AccountCommand {
    let (account_id, currency) = (customer.id, customer.balance.currency());
    match random.below(6) {
        0 => {
            let amount = customer.balance.saturating_add(customer.limits.overdraft);
            let amount = amount.saturating_add(customer.amount(random, 1, 1_000));
            Withdraw { account_id, amount, description: Some("a yacht".into()) }.into()
        }
        1 => Deposit { account_id, amount: Money::zero(currency), description: None }.into(),
        2 => {
            let other = if currency == Currency::Kwd { Currency::Usd } else { Currency::Kwd };
            Deposit { account_id, amount: Money::whole(10, other), description: None }.into()
        }
        3 => ChangeEmail { account_id, email: "not an address".into() }.into(),
        4 => SuspendAccount { account_id, reason: String::new() }.into(),
        _ => {
            let deposit = customer.amount(random, 50, 100);
            OpenAccount {
                account_id: Customer::new(random).id,
                owner: " ".into(),
                email: "x@example.org".into(),
                deposit,
            }
            .into()
        }
    }
}
