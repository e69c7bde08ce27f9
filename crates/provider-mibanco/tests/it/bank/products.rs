//! What the bank tells of the customer's products.

use cartola_provider_mibanco::wire::{
    AUTHORIZATIONS_PATH, BENEFICIARIES_PATH, BILLS_PATH, CARDS_PATH, CONSUMER_LOANS_PATH,
    CREDIT_LINES_PATH, IDENTITY_PATH, INVESTMENTS_PATH, MORTGAGES_PATH, PAC_PATH, PAT_PATH,
    WITHDRAWALS_PATH,
};
use serde_json::{Value, json};

use super::data::{NAME, RUT};

/// Words that the bank says, and what it says instead where it speaks unknown ones.
pub const UNKNOWN_WORDS: &[(&str, &str)] = &[
    ("CUENTA_VISTA", "CUENTA_LUNAR"),
    ("VIGENTE", "EN_PAUSA"),
    ("MODERADO", "TEMERARIO"),
    ("ENVIADA", "DEVUELTA"),
    ("\"FIJA\"", "\"VARIABLE\""),
    ("CLAIMED", "BURNT"),
    ("APPROVED", "SHRUGGED"),
    ("\"VISA\"", "\"OTRA\""),
];

/// At that path.
pub fn told(path: &str) -> Option<Value> {
    Some(match path {
        IDENTITY_PATH => identity(),
        BILLS_PATH => bills(),
        BENEFICIARIES_PATH => beneficiaries(),
        PAC_PATH => pac(),
        PAT_PATH => pat(),
        CONSUMER_LOANS_PATH => consumer_loans(),
        MORTGAGES_PATH => mortgages(),
        CARDS_PATH => cards(),
        CREDIT_LINES_PATH => credit_lines(),
        INVESTMENTS_PATH => investments(),
        WITHDRAWALS_PATH => withdrawals(),
        AUTHORIZATIONS_PATH => authorizations(),
        _ => return None,
    })
}

fn address() -> Value {
    json!({"street": "Lautaro 12", "commune": "Talca", "region": "Maule"})
}

fn identity() -> Value {
    json!({"rut": RUT, "name": NAME, "given_names": "María", "first_surname": "Soto",
        "second_surname": "Rojas", "birth_date": "1988-01-01", "email": "maria@correo.example",
        "mobile": "+56911111111", "address": address(), "customer_segment": "personas"})
}

fn bills() -> Value {
    json!({"bills": [
        {"biller_code": "1001", "company": "ENEL DISTRIBUCION", "alias": "Luz", "client_number": "1234567-8",
            "currency": "CLP", "debt": 31_000, "due_date": "2026-11-24"},
        {"company": "AGUAS ANDINAS", "client_number": "765", "currency": "CLP", "debt": 0},
    ]})
}

fn beneficiaries() -> Value {
    json!({"beneficiaries": [{"name": "Juan Pérez", "rut": "11.111.111-1", "bank_code": "012",
        "bank_name": "BancoEstado", "account_number": "0-000-22-22222-2",
        "account_type": "CUENTA_VISTA", "email": "juan.perez@correo.example", "alias": "Juan"}]})
}

fn pac() -> Value {
    json!({"pac": [{"account_id": "00-123-45678-10", "company": "SEGUROS SURA",
        "category": "Seguros", "client_number": "1111111-1", "limit_uf": "2.5",
        "last_date": "2026-11-05", "last_amount": 25_000}]})
}

fn pat() -> Value {
    let mandate = |company: &str| {
        json!({"alias": company, "state": "INSCRITO", "card_brand": "VISA",
            "card_id": "00-123-45678-60", "masked_number": "**** **** **** 1234",
            "category": "Entretención", "company": company, "service_id": "234234",
            "start_date": "2019-09-11", "last_payment_date": "2026-11-03",
            "owner": {"name": NAME, "rut": RUT}, "origin": "Establecimiento",
            "instruction_type": "Mandato Físico", "channel": "Archivo"})
    };
    let mut limited = mandate("SPOTIFY");
    limited["limit"] = 20_000.into();
    json!({"pat": [mandate("NETFLIX.COM"), limited]})
}

fn consumer_loans() -> Value {
    json!({"consumer_loans": [{"operation_id": "50966556",
        "description": "CREDITO DE CONSUMO", "currency": "CLP", "amount": 15_000_000,
        "paid_out": 14_600_000, "granted_date": "2025-12-10", "balance": 7_091_546,
        "instalment": 644_686, "paid_instalments": 11, "expired_instalments": 0, "instalments": 36,
        "monthly_rate": "2.58", "caev": "33.08", "next_due_date": "2026-12-05",
        "previous_month_payment": 644_686, "last_instalment": 644_680, "state": "VIGENTE",
        "life_insurance": true, "unemployment_insurance": false}]})
}

fn mortgages() -> Value {
    json!({"mortgages": [{"operation_id": "11233055",
        "product_name": "MUTUO HIPOTECARIO VIVIENDA UF", "currency": "CLF",
        "deed_date": "2017-03-10", "initial_balance": 21_000_000, "balance": 14_337_340,
        "dividends": 240, "paid_dividends": 116, "late_dividends": 1, "late_amount": 155_200,
        "dividend": 155_200, "insurance": 9_000, "insured_amount": 26_000_000,
        "annual_rate": "3.9", "cae": "4.32", "rate_type": "FIJA", "account_id": "00-123-45678-10",
        "charge_day": 10, "next_due_date": "2026-12-10", "last_payment_date": "2026-11-10",
        "property": {"kind": "Casa", "address": address(), "rol": "01234-00056",
            "valuation": 26_000_000}}]})
}

fn cards() -> Value {
    json!({"cards": [{
        "card_id": "00-123-45678-60", "masked_number": "**** **** **** 1234", "brand": "VISA",
        "name": "Visa Platinum",
        "national": {"currency": "CLP", "limit": 3_000_000, "used": 120_000, "available": 2_880_000},
        "international": {"currency": "USD", "limit": 80_000, "used": 0, "available": 80_000},
        "billing_day": 31, "due_day": 8,
        "statement": {"from_date": "2026-10-01", "billed_date": "2026-10-31",
            "due_date": "2026-11-09", "minimum": 6_000, "total": 120_000},
        "instalment_plans": [
            {"description": "PC FACTORY", "date": "2026-09-03", "total": 100_000,
                "instalment": 33_333, "charged": 2, "instalments": 3,
                "next_due_date": "2026-11-05"},
            {"description": "IKEA", "date": "2026-11-02", "total": 60_000,
                "instalment": 5_000, "charged": 0, "instalments": 12},
        ],
    }]})
}

fn credit_lines() -> Value {
    json!({"credit_lines": [{"line_id": "00-123-45678-70", "account_id": "00-123-45678-10",
        "name": "Línea de Crédito", "currency": "CLP", "limit": 800_000, "used": 100_000,
        "available": 700_000}]})
}

fn investments() -> Value {
    json!({"investor_profile": "MODERADO", "total_clp": 3_000_000,
        "totals": [{"currency": "CLP", "amount": 3_000_000}],
        "time_deposits": [{"operation_id": "1", "currency": "CLP", "capital": 1_000_000,
            "value": 1_000_000, "value_at_maturity": 1_012_000, "monthly_rate": "0.4",
            "start_date": "2026-11-02", "maturity_date": "2027-02-02"}],
        "funds": [{"name": "Fondo Mutuo", "currency": "CLP", "quotas": "1000.5",
            "quota_value": "999.5002", "value": 1_000_000}],
        "shares": [{"ticker": "COPEC", "currency": "CLP", "quantity": "160", "price": "6250",
            "value": 1_000_000}]})
}

fn withdrawals() -> Value {
    json!({"withdrawals": [
        {"operation_id": "gi_1", "to_rut": "11.111.111-1", "amount": 50_000, "currency": "CLP",
            "status": "CLAIMED", "created_at": "2026-11-20T15:00:00Z",
            "expires_at": "2026-11-21T15:00:00Z", "ended_at": "2026-11-20T18:30:00Z",
            "claimed_by": "11.111.111-1"},
        {"operation_id": "gi_2", "to_rut": "11.111.111-1", "amount": 20_000, "currency": "CLP",
            "status": "AVAILABLE", "created_at": "2026-11-21T15:00:00Z",
            "expires_at": "2026-11-22T15:00:00Z"},
    ]})
}

fn authorizations() -> Value {
    json!({"authorizations": [
        {"operation_id": "gi_1", "operation": "WITHDRAWAL", "device_fingerprint": "ab".repeat(32),
            "decided_at": "2026-11-20T15:00:00Z", "decision": "APPROVED", "amount": 50_000,
            "currency": "CLP"},
        {"operation_id": "be_1", "operation": "BENEFICIARY_CHANGE",
            "device_fingerprint": "ab".repeat(32), "decided_at": "2026-11-20T16:00:00Z",
            "decision": "DENIED"},
    ]})
}

/// One transfer of that number, made in April.
pub fn transfer(number: u32) -> Value {
    let side = |name: &str, rut: &str| {
        json!({"name": name, "rut": rut, "bank_name": "BancoEstado", "bank_code": "012",
            "account_number": "22222222", "account_type": "CUENTA_VISTA"})
    };
    json!({"transfer_id": format!("TEF{number:012}"), "direction": "ENVIADA",
        "occurred_at": "2026-04-06T02:39:56Z", "accounting_date": "2026-04-06", "amount": number,
        "currency": "CLP", "origin": side(NAME, RUT), "recipient": side("Juan Pérez", "11.111.111-1"),
        "description": "TRASPASO A:JUAN PEREZ", "channel": "Internet", "status": "REALIZADA"})
}
