//! Cards, credit lines, bills and whom the customer transfers to.

use cartola_model::records::{self, CardAmounts, CreditCard, InstalmentPlan, ServiceAccount};
use cartola_primitives::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::account_word;

/// 200 of `GET cards`.
#[derive(Serialize, ToSchema)]
pub struct Cards {
    /// In the bank's order.
    pub cards: Vec<Card>,
}

/// One credit card.
#[derive(Serialize, ToSchema)]
pub struct Card {
    /// The number, masked.
    #[schema(example = "**** **** **** 1234")]
    masked_number: String,
    /// `VISA`, `MASTERCARD` or as the bank writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "VISA")]
    brand: Option<String>,
    /// The bank's name for the product.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Cupo nacional.
    #[serde(skip_serializing_if = "Option::is_none")]
    national: Option<Limit>,
    /// Cupo internacional.
    #[serde(skip_serializing_if = "Option::is_none")]
    international: Option<Limit>,
    /// The last statement; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Billed>,
    /// What was bought in instalments of which some are still to come.
    instalment_plans: Vec<Plan>,
}

/// One of a card's limits, in minor units of its currency.
#[derive(Serialize, ToSchema)]
#[schema(as = CardLimit)]
pub struct Limit {
    /// The currency.
    currency: String,
    /// Cupo total.
    #[serde(rename = "limit")]
    total: i64,
    /// Cupo utilizado.
    used: i64,
    /// Cupo disponible.
    available: i64,
}

/// A closed statement, in minor units of its currency.
#[derive(Serialize, ToSchema)]
#[schema(as = CardStatement)]
pub struct Billed {
    /// First day of what it bills.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    from_date: Option<Date>,
    /// The day on which it was closed.
    #[serde(rename = "billed_date", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    closed_on: Option<Date>,
    /// The day until which it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    due_date: Option<Date>,
    /// Pago mínimo.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    /// Monto facturado.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<i64>,
}

/// Something bought in instalments, in minor units of its currency.
#[derive(Serialize, ToSchema)]
#[schema(as = CardInstalmentPlan)]
pub struct Plan {
    /// Where it was bought.
    description: String,
    /// The day of the purchase.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What all instalments come to.
    total: i64,
    /// What each comes to.
    instalment: i64,
    /// How many were charged.
    charged: u32,
    /// How many there are.
    instalments: u32,
    /// The day on which the next one is charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    next_due_date: Option<Date>,
}

/// A card with its plans, which are known by its number.
pub fn card(card: &CreditCard, plans: &[InstalmentPlan]) -> Card {
    let minor = |amount: &cartola_primitives::Money| amount.minor();
    let billed = Billed {
        from_date: card.billed_from,
        closed_on: card.billed_on,
        due_date: card.due_on,
        minimum: card.minimum_payment.as_ref().map(minor),
        total: card.billed.as_ref().map(minor),
    };
    let is_billed = billed.closed_on.is_some() || billed.total.is_some();
    let plans = plans.iter().filter(|plan| plan.card_number == card.number);
    Card {
        masked_number: card.number.clone(),
        brand: card.brand.clone(),
        name: card.product_name.clone(),
        national: card.national.as_ref().map(limit),
        international: card.international.as_ref().map(limit),
        statement: is_billed.then_some(billed),
        instalment_plans: plans.map(plan).collect(),
    }
}

fn limit(amounts: &CardAmounts) -> Limit {
    Limit {
        currency: amounts.limit.currency().code().to_owned(),
        total: amounts.limit.minor(),
        used: amounts.used.minor(),
        available: amounts.available.minor(),
    }
}

fn plan(plan: &InstalmentPlan) -> Plan {
    Plan {
        description: plan.merchant.clone(),
        date: plan.bought_on,
        total: plan.total.minor(),
        instalment: plan.instalment.minor(),
        charged: plan.instalments_paid,
        instalments: plan.instalments,
        next_due_date: plan.next_due_on,
    }
}

/// 200 of `GET credit-lines`.
#[derive(Serialize, ToSchema)]
pub struct CreditLines {
    /// In the bank's order.
    pub credit_lines: Vec<CreditLine>,
}

/// One credit line, in minor units of its currency.
#[derive(Serialize, ToSchema)]
pub struct CreditLine {
    /// Its number as the bank writes it.
    line_id: String,
    /// The account that it backs.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    /// Its currency.
    currency: String,
    /// Cupo aprobado.
    limit: i64,
    /// Monto utilizado.
    used: i64,
    /// Saldo disponible.
    available: i64,
    /// Until when it is granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<Date>,
}

/// A credit line in the words of the protocol.
pub fn credit_line(line: &records::CreditLine) -> CreditLine {
    CreditLine {
        line_id: line.number.clone(),
        account_id: line.account_number.clone(),
        currency: line.limit.currency().code().to_owned(),
        limit: line.limit.minor(),
        used: line.used.minor(),
        available: line.available.minor(),
        expires_on: line.expires_on,
    }
}

/// 200 of `GET bills`.
#[derive(Serialize, ToSchema)]
pub struct Bills {
    /// In the order in which the customer sees them.
    pub bills: Vec<Bill>,
}

/// One service account, and what is owed there.
#[derive(Serialize, ToSchema)]
pub struct Bill {
    /// Who supplies.
    #[schema(example = "ENEL DISTRIBUCION")]
    company: String,
    /// What the bank knows it by, for a payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    biller_code: Option<String>,
    /// What it supplies.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// What the customer calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    /// The number that the company knows the customer by.
    client_number: String,
    /// The currency of the debt.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// What is owed now, in minor units; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    debt: Option<i64>,
    /// Until when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    due_date: Option<Date>,
}

/// A service account in the words of the protocol.
pub fn bill(account: &ServiceAccount) -> Bill {
    let bill = account.bill.as_ref();
    Bill {
        company: account.company.clone(),
        biller_code: account.company_code.clone(),
        category: account.category.clone(),
        alias: account.alias.clone(),
        client_number: account.customer_number.clone(),
        currency: bill.map(|bill| bill.amount.currency().code().to_owned()),
        debt: bill.map(|bill| bill.amount.minor()),
        due_date: bill.and_then(|bill| bill.due_on),
    }
}

/// 200 of `GET beneficiaries`.
#[derive(Serialize, ToSchema)]
pub struct Beneficiaries {
    /// In the order in which the customer sees them.
    pub beneficiaries: Vec<Beneficiary>,
}

/// One destinatario.
#[derive(Serialize, ToSchema)]
pub struct Beneficiary {
    /// The name.
    name: String,
    /// The RUT, with dots.
    #[serde(skip_serializing_if = "Option::is_none")]
    rut: Option<String>,
    /// The CMF's code of the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_code: Option<String>,
    /// The name of the bank.
    bank_name: String,
    /// The account as its bank writes it.
    account_number: String,
    /// As in `GET accounts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_type: Option<String>,
    /// Who is told of a transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// What the customer calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
}

/// A beneficiary in the words of the protocol.
pub fn beneficiary(told: &records::Beneficiary) -> Beneficiary {
    Beneficiary {
        name: told.name.clone(),
        rut: told.rut.map(|rut| rut.dotted()),
        bank_code: told.bank_code.clone(),
        bank_name: told.bank_name.clone(),
        account_number: told.account_number.clone(),
        account_type: told.account_kind.and_then(account_word),
        email: told.email.clone(),
        alias: told.alias.clone(),
    }
}
