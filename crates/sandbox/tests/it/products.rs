//! What a bank tells beside accounts, held against the movements that it tells.

use std::collections::BTreeMap;

use cartola_primitives::{Currency, Date, Rut, date};
use cartola_provider_mibanco::wire::{
    Beneficiaries, Bills, Cards, ConsumerLoans, CreditLines, Direction, Identity, Investments,
    Mortgages, PacMandates, PatMandates, Transfer, TransfersResponse,
};
use cartola_sandbox::{Movement, Product, Scenario, uf};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::server::{DEVICE, Server, code, named};

/// Residents whose products are read; enough that every product is met.
const RESIDENTS: u32 = 60;

/// Somebody at their main bank.
pub struct Customer<'a> {
    server: &'a Server,
    rut: Rut,
    bank: String,
    token: String,
}

impl<'a> Customer<'a> {
    pub async fn of(server: &'a Server, rut: Rut) -> Self {
        let population = server.world.population();
        let company = population.identity(rut).unwrap().is_company;
        let portal = if company { "-empresas" } else { "" };
        let bank = format!("{}{portal}", population.banks(rut)[0].id());
        let known = population.credentials(rut, &bank).unwrap();
        let body = serde_json::json!({"rut": known.username, "password": known.password,
            "device_fingerprint": "f"});
        let call = (bank.as_str(), "POST", "session");
        let (status, body) = server.bank(call, "", DEVICE, body).await;
        assert_eq!(status, 200, "{body}");
        let token = body["access_token"].as_str().unwrap().to_owned();
        Self { server, rut, bank, token }
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let call = (self.bank.as_str(), "GET", path);
        let (status, body) = self.server.bank(call, &self.token, DEVICE, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_value(body).unwrap()
    }

    /// What happened on their accounts of that product at this bank.
    fn movements(&self, product: Option<Product>, days: (Date, Date)) -> Vec<Movement> {
        let population = self.server.world.population();
        let main = population.banks(self.rut)[0];
        let own = population.accounts(self.rut).into_iter();
        let own = own.filter(|each| each.key.bank == main && each.key.owner == self.rut);
        own.filter(|each| product.is_none_or(|product| each.key.product == product))
            .flat_map(|each| self.server.world.statement(each.key, days))
            .collect()
    }

    fn amounts(&self, glosa: &str, days: (Date, Date)) -> Vec<(Date, i64)> {
        let all = self.movements(None, days);
        let of = all.iter().filter(|each| each.glosa.contains(glosa));
        of.map(|each| (each.booked.date(), each.amount.minor())).collect()
    }
}

fn october() -> (Date, Date) {
    (date(2026, 10, 1), date(2026, 10, 31))
}

async fn each_resident(server: &Server, look: impl AsyncFn(&Customer<'_>) -> bool) -> u32 {
    let population = server.world.population();
    let mut seen = 0;
    for place in 0..RESIDENTS {
        let customer = Customer::of(server, population.somebody(place)).await;
        seen += u32::from(look(&customer).await);
    }
    seen
}

#[tokio::test]
async fn the_dividend_that_is_charged_is_the_one_agreed_in_uf() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Mortgages = customer.get("mortgages").await;
        let charged = customer.amounts("DIVIDENDO", october());
        let Some(mortgage) = told.mortgages.first() else {
            assert!(charged.is_empty());
            return false;
        };
        assert_eq!(mortgage.currency, Currency::CLF);
        let [(day, amount)] = charged[..] else { panic!("one dividend a month: {charged:?}") };
        assert_eq!(amount, -uf::in_pesos(mortgage.dividend, day));
        assert!(0 < mortgage.balance && mortgage.balance < mortgage.initial_balance);
        assert!(mortgage.cae > mortgage.annual_rate);
        assert!(mortgage.property.valuation > mortgage.initial_balance);
        true
    });
    assert!(seen.await > 3);
}

#[tokio::test]
async fn an_instalment_that_is_charged_is_one_of_a_loan_that_was_paid_out() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: ConsumerLoans = customer.get("consumer-loans").await;
        let days = (date(2023, 12, 1), date(2026, 11, 20));
        let (charged, paid_out) =
            (customer.amounts("CUOTA CREDITO", days), customer.amounts("ABONO CREDITO", days));
        for loan in &told.consumer_loans {
            if loan.granted_date > days.0 {
                assert!(paid_out.contains(&(loan.granted_date, loan.paid_out)), "{loan:?}");
                let since = charged.iter().filter(|(day, _)| *day > loan.granted_date);
                let of_it = since.filter(|(_, amount)| *amount == -loan.instalment);
                assert_eq!(of_it.count(), usize::from(loan.paid_instalments), "{loan:?}");
            }
            assert!(loan.balance < loan.amount || loan.paid_instalments == 0);
            assert!(loan.balance <= i64::from(loan.instalments) * loan.instalment);
        }
        !told.consumer_loans.is_empty()
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn whoever_is_paid_is_a_beneficiary() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Beneficiaries = customer.get("beneficiaries").await;
        let sent: TransfersResponse =
            customer.get("transfers?from=2026-05-01&to=2026-11-20&page_size=500").await;
        let known: Vec<_> = told
            .beneficiaries
            .iter()
            .map(|each| (each.rut, &each.account_number, &each.name, &each.bank_code))
            .collect();
        let is_sent = |each: &&Transfer| each.direction == Direction::Sent;
        for transfer in sent.transfers.iter().filter(is_sent) {
            let to = &transfer.recipient;
            let place = (to.rut, &to.account_number, &to.name, &to.bank_code);
            assert!(known.contains(&place), "{}", transfer.description);
            assert_eq!(transfer.origin.rut, customer.rut);
        }
        sent.transfers.iter().any(|each| is_sent(&each))
    });
    assert!(seen.await > 20);
}

#[tokio::test]
async fn a_transfer_is_a_movement_and_has_one_code_at_both_banks() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::Ok)).await;
    let months = (date(2026, 1, 1), date(2026, 11, 20));
    let told: TransfersResponse =
        customer.get("transfers?from=2026-01-01&to=2026-11-20&page_size=500").await;
    let moved = customer.movements(None, months);
    for transfer in &told.transfers {
        let sign = if transfer.direction == Direction::Sent { -1 } else { 1 };
        let same = |each: &&Movement| {
            each.glosa == transfer.description && each.amount.minor() == sign * transfer.amount
        };
        assert!(moved.iter().any(|each| same(&each)), "{}", transfer.description);
    }
    let pages: TransfersResponse =
        customer.get("transfers?from=2026-01-01&to=2026-11-20&page_size=7&page=2").await;
    assert_eq!(pages.transfers, told.transfers[7..14]);
    let second = "banco-estado";
    let token = server.token(Scenario::Ok, second).await;
    let path = "transfers?from=2026-01-01&to=2026-11-20";
    let (_, there) = server.bank((second, "GET", path), &token, DEVICE, Value::Null).await;
    let there: TransfersResponse = serde_json::from_value(there).unwrap();
    let codes: Vec<_> = told.transfers.iter().map(|each| &each.transfer_id).collect();
    assert!(!there.transfers.is_empty());
    assert!(there.transfers.iter().all(|each| codes.contains(&&each.transfer_id)));
}

#[tokio::test]
async fn a_wrong_question_about_transfers_is_told() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, "banco-chile").await;
    for query in [
        "",
        "?from=2026-01-01",
        "?from=2026-02-01&to=2026-01-01",
        "?from=x&to=y",
        "?from=2026-01-01&to=2026-02-01&page=0",
        "?from=2026-01-01&to=2026-02-01&page=99",
        "?from=2026-01-01&to=2026-02-01&page_size=501",
    ] {
        let path = format!("transfers{query}");
        let call = ("banco-chile", "GET", path.as_str());
        let answer = server.bank(call, &token, DEVICE, Value::Null).await;
        assert_eq!(code(&answer), "400 INVALID_REQUEST", "{query}");
    }
}

#[tokio::test]
async fn a_card_owes_what_its_movements_say() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Cards = customer.get("cards").await;
        let Some(card) = told.cards.first() else { return false };
        let bought =
            customer.movements(Some(Product::CreditCard), (date(2026, 10, 1), date(2026, 11, 20)));
        let statement = card.statement.as_ref().unwrap();
        let billed: i64 = bought
            .iter()
            .filter(|each| each.amount.minor() < 0 && each.booked.date() <= statement.billed_date)
            .map(|each| -each.amount.minor())
            .sum();
        assert_eq!(statement.total, billed);
        let paid = customer.amounts("PAGO", (date(2026, 11, 1), date(2026, 11, 20)));
        let is_due = statement.due_date <= date(2026, 11, 20) && billed > 0;
        assert_eq!(paid.contains(&(statement.due_date, -billed)), is_due);
        let to_come: i64 = card
            .instalment_plans
            .iter()
            .map(|plan| plan.instalment * i64::from(plan.instalments - plan.charged))
            .sum();
        let is_new = |each: &&Movement| each.booked.date() > statement.billed_date;
        let new: i64 = bought.iter().filter(is_new).map(|each| each.amount.minor().min(0)).sum();
        let left = if is_due || billed == 0 { 0 } else { billed };
        assert_eq!(card.national.used, left - new + to_come, "{card:?}");
        assert_eq!(card.national.available, card.national.limit - card.national.used);
        true
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn a_line_owes_what_was_drawn() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: CreditLines = customer.get("credit-lines").await;
        let Some(line) = told.credit_lines.first() else { return false };
        let days = (date(2026, 11, 1), date(2026, 11, 20));
        let all = customer.movements(Some(Product::CreditLine), days);
        let owed = all.last().and_then(|each| each.balance_after);
        assert_eq!(line.used, owed.map_or(line.used, |balance| -balance));
        assert_eq!(line.available, line.limit - line.used);
        line.used >= 0
    });
    assert!(seen.await > 1);
}

#[tokio::test]
async fn mandates_are_those_whose_charges_appear() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let days = (date(2026, 10, 1), date(2026, 11, 20));
        let pac: PacMandates = customer.get("pac").await;
        for mandate in &pac.pac {
            let charged = (mandate.last_date.unwrap(), -mandate.last_amount.unwrap());
            assert!(customer.amounts("", days).contains(&charged), "{}", mandate.company);
        }
        let pat: PatMandates = customer.get("pat").await;
        for mandate in &pat.pat {
            let charged = customer.amounts(&mandate.company, days);
            let last = mandate.last_payment_date.unwrap();
            assert!(charged.iter().any(|(day, _)| *day == last), "{}", mandate.company);
        }
        !pac.pac.is_empty() && !pat.pat.is_empty()
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn an_open_bill_is_what_will_be_paid() {
    let server = Server::new();
    let mut open = BTreeMap::new();
    let population = server.world.population();
    for place in 0..RESIDENTS {
        let customer = Customer::of(&server, population.somebody(place)).await;
        let told: Bills = customer.get("bills").await;
        for bill in told.bills.into_iter().filter(|bill| bill.debt > 0) {
            open.insert((customer.rut, bill.due_date.unwrap()), (place, bill.debt));
        }
    }
    assert!(open.len() > 10);
    server.lever("POST", "/clock", serde_json::json!({"advance": "PT480H"})).await;
    for ((_, due), (place, debt)) in open {
        let customer = Customer::of(&server, population.somebody(place)).await;
        let paid = customer.amounts("", (due, due));
        assert!(paid.contains(&(due, -debt)), "{due} {debt}");
    }
}

#[tokio::test]
async fn what_is_invested_left_the_account() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Investments = customer.get("investments").await;
        let days = (date(2025, 11, 1), date(2026, 11, 20));
        let sum: i64 = told.time_deposits.iter().map(|each| each.value).sum::<i64>()
            + told.funds.iter().map(|each| each.value).sum::<i64>()
            + told.shares.iter().map(|each| each.value).sum::<i64>();
        assert_eq!(told.total_clp, sum);
        for deposit in &told.time_deposits {
            let taken = customer.amounts("INVERSION DEPOSITO", days);
            assert!(taken.contains(&(deposit.start_date, -deposit.capital)));
            assert!(deposit.value <= deposit.value_at_maturity);
        }
        assert_eq!(told.funds.is_empty(), customer.amounts("FONDO MUTUO", days).is_empty());
        told.total_clp > 0
    });
    assert!(seen.await > 3);
}

#[tokio::test]
async fn who_has_nothing_is_told_so_with_empty_lists() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::NoMovements)).await;
    assert_eq!(customer.get::<Cards>("cards").await.cards, []);
    assert_eq!(customer.get::<Mortgages>("mortgages").await.mortgages, []);
    assert_eq!(customer.get::<Investments>("investments").await.total_clp, 0);
    let identity: Identity = customer.get("identity").await;
    assert_eq!(identity.rut, customer.rut);
}

#[tokio::test]
async fn whoever_has_everything_has_everything() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::Ok)).await;
    assert!(!customer.get::<Cards>("cards").await.cards.is_empty());
    assert!(!customer.get::<CreditLines>("credit-lines").await.credit_lines.is_empty());
    assert!(!customer.get::<Mortgages>("mortgages").await.mortgages.is_empty());
    assert!(!customer.get::<ConsumerLoans>("consumer-loans").await.consumer_loans.is_empty());
    let investments: Investments = customer.get("investments").await;
    assert!(!investments.funds.is_empty() && !investments.shares.is_empty());
}
