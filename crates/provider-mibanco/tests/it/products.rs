//! The shapes of products, to the letter.

use std::fmt::Debug;

use cartola_provider_mibanco::wire::{
    Beneficiaries, Bills, Cards, ConsumerLoans, CreditLines, Identity, Investments, Mortgages,
    PacMandates, PatMandates, TransfersQuery, TransfersResponse,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads what is printed and writes it again the same, and shows none of `hidden` in `Debug`.
fn check<T: Serialize + DeserializeOwned + Debug>(printed: &Value, hidden: &[&str]) -> T {
    let read: T = serde_json::from_value(printed.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), printed);
    let shown = format!("{read:?}");
    for word in hidden {
        assert!(!shown.contains(word), "{shown}");
    }
    read
}

#[test]
fn cards_have_two_limits_and_perhaps_a_statement() {
    let printed = json!({"cards": [{
        "card_id": "00-123-45678-60", "masked_number": "**** **** **** 1234", "brand": "VISA",
        "name": "Visa Platinum",
        "national": {"currency": "CLP", "limit": 3_000_000, "used": 120_000, "available": 2_880_000},
        "international": {"currency": "USD", "limit": 80_000, "used": 0, "available": 80_000},
        "billing_day": 31, "due_day": 8,
        "statement": {"from_date": "2026-10-01", "billed_date": "2026-10-31",
            "due_date": "2026-11-09", "minimum": 6_000, "total": 120_000},
        "instalment_plans": [{"description": "PC FACTORY", "date": "2026-09-03", "total": 90_000,
            "instalment": 30_000, "charged": 2, "instalments": 3, "next_due_date": "2026-11-05"}],
    }]});
    let read: Cards = check(&printed, &[]);
    assert_eq!(read.cards[0].national.currency.code(), "CLP");
    let mut young = printed;
    young["cards"][0].as_object_mut().unwrap().remove("statement");
    assert_eq!(check::<Cards>(&young, &[]).cards[0].statement, None);
}

#[test]
fn lines_bills_and_beneficiaries_name_accounts() {
    let line = json!({"credit_lines": [{"line_id": "00-123-45678-70", "account_id": "00-123-45678-10",
        "name": "Línea de Crédito", "currency": "CLP", "limit": 800_000, "used": 0,
        "available": 800_000}]});
    check::<CreditLines>(&line, &[]);
    let bill = json!({"bills": [{"company": "ENEL DISTRIBUCION", "alias": "Luz",
        "client_number": "1234567-8", "currency": "CLP", "debt": 31_000, "due_date": "2026-11-24"}]});
    check::<Bills>(&bill, &["1234567"]);
    let beneficiary = json!({"beneficiaries": [{"name": "Juan Pérez", "rut": "11.111.111-1",
        "bank_code": "012", "bank_name": "BancoEstado", "account_number": "0-000-22-22222-2",
        "account_type": "CUENTA_VISTA", "email": "juan.perez@correo.example"}]});
    check::<Beneficiaries>(&beneficiary, &["Juan", "111", "22222", "perez"]);
}

#[test]
fn an_identity_of_a_company_has_no_birth() {
    let printed = json!({"rut": "76.543.210-3", "name": "Ferretería Rojas SpA",
        "customer_segment": "empresas"});
    let read: Identity = check(&printed, &["543", "Rojas"]);
    assert_eq!(read.birth_date, None);
}

#[test]
fn mandates_say_what_was_paid_last() {
    let pac = json!({"pac": [{"account_id": "00-123-45678-10", "company": "SEGUROS SURA",
        "category": "Seguros", "client_number": "1111111-1", "limit_uf": "2",
        "last_date": "2026-11-05", "last_amount": 25_000}]});
    check::<PacMandates>(&pac, &["1111111"]);
    let pat = json!({"pat": [{"alias": "NETFLIX.COM", "state": "INSCRITO", "card_brand": "VISA",
        "card_id": "00-123-45678-60", "masked_number": "**** **** **** 1234",
        "category": "Entretención", "company": "NETFLIX.COM", "service_id": "234234",
        "start_date": "2019-09-11", "last_payment_date": "2026-11-03",
        "owner": {"name": "Juan Pérez", "rut": "11.111.111-1"}, "origin": "Establecimiento",
        "instruction_type": "Mandato Físico", "channel": "Archivo"}]});
    check::<PatMandates>(&pat, &["Juan", "111.111", "234234"]);
}

#[test]
fn a_transfer_has_two_sides() {
    let side = |name: &str| {
        json!({"name": name, "rut": "11.111.111-1", "bank_name": "BancoEstado",
        "bank_code": "012", "account_number": "22222222", "account_type": "CUENTA_RUT"})
    };
    let printed = json!({"page": 1, "total_pages": 1, "transfers": [{
        "transfer_id": "TEF000801234567891234", "direction": "ENVIADA",
        "occurred_at": "2026-05-05T14:39:56Z", "accounting_date": "2026-05-05", "amount": 190_000,
        "currency": "CLP", "origin": side("Ana Soto"), "recipient": side("Juan Pérez"),
        "description": "TRASPASO A:JUAN PEREZ", "channel": "Internet", "status": "REALIZADA"}]});
    check::<TransfersResponse>(&printed, &["Juan", "JUAN", "Ana", "22222"]);
}

#[test]
fn a_query_for_transfers_begins_at_the_first_page() {
    let read: TransfersQuery =
        serde_json::from_value(json!({"from": "2026-01-01", "to": "2026-01-31"})).unwrap();
    assert_eq!((read.page, read.page_size), (1, 100));
}

#[test]
fn credits_have_exact_rates() {
    let loan = json!({"consumer_loans": [{"operation_id": "50966556",
        "description": "CREDITO DE CONSUMO", "currency": "CLP", "amount": 15_000_000,
        "paid_out": 14_600_000, "granted_date": "2025-12-10", "balance": 7_091_546,
        "instalment": 644_686, "paid_instalments": 11, "expired_instalments": 0, "instalments": 36,
        "monthly_rate": "2.58", "caev": "33.08", "next_due_date": "2026-12-05",
        "previous_month_payment": 644_686, "last_instalment": 644_686, "state": "VIGENTE",
        "life_insurance": true, "unemployment_insurance": false}]});
    check::<ConsumerLoans>(&loan, &[]);
    let mortgage = json!({"mortgages": [{"operation_id": "11233055",
        "product_name": "MUTUO HIPOTECARIO VIVIENDA UF", "currency": "CLF",
        "deed_date": "2017-03-10", "initial_balance": 21_000_000, "balance": 14_337_340,
        "dividends": 240, "paid_dividends": 116, "late_dividends": 0, "late_amount": 0,
        "dividend": 155_200, "insurance": 9_000, "insured_amount": 26_000_000,
        "annual_rate": "3.9", "cae": "4.32", "rate_type": "FIJA", "account_id": "00-123-45678-10",
        "charge_day": 10, "next_due_date": "2026-12-10", "last_payment_date": "2026-11-10",
        "property": {"kind": "Casa", "address": {"street": "Lautaro 12", "commune": "Talca",
            "region": "Maule"}, "rol": "01234-00056", "valuation": 26_000_000}}]});
    check::<Mortgages>(&mortgage, &["Lautaro", "01234"]);
}

#[test]
fn investments_add_up_by_currency() {
    let printed = json!({"investor_profile": "MODERADO", "total_clp": 3_000_000,
        "totals": [{"currency": "CLP", "amount": 3_000_000}],
        "time_deposits": [{"operation_id": "1", "currency": "CLP", "capital": 1_000_000,
            "value": 1_000_000, "value_at_maturity": 1_012_000, "monthly_rate": "0.4",
            "start_date": "2026-11-02", "maturity_date": "2027-02-02"}],
        "funds": [{"name": "Fondo Mutuo", "currency": "CLP", "quotas": "1000.5",
            "quota_value": "999.5002", "value": 1_000_000}],
        "shares": [{"ticker": "COPEC", "currency": "CLP", "quantity": "160", "price": "6250",
            "value": 1_000_000}]});
    check::<Investments>(&printed, &[]);
}
