//! The answers that Floid's document prints, to compare ours with by key and type.

use serde_json::{Value, json};

/// Members that the document calls optional.
const OPTIONAL: [&str; 2] = ["sucursal", "operacionNumber"];

/// Objects whose keys are data.
const KEYED: [&str; 2] = ["totalSpentByCategory", "totalIncomeByCategory"];

/// Insists that an answer has every key of the printed one, none beside, and each of the same type.
#[track_caller]
pub fn check(told: &Value, printed: &Value) {
    alike("", told, printed);
}

#[track_caller]
fn alike(at: &str, told: &Value, printed: &Value) {
    match (told, printed) {
        (Value::Object(told), Value::Object(printed)) if KEYED.contains(&name(at)) => {
            let of_all = printed.values().next().unwrap();
            for value in told.values() {
                alike(&format!("{at}[]"), value, of_all);
            }
        }
        (Value::Object(told), Value::Object(printed)) => {
            let beside: Vec<&String> =
                told.keys().filter(|key| !printed.contains_key(*key)).collect();
            assert!(beside.is_empty(), "{at}: {beside:?} are not printed");
            for (key, value) in printed {
                let at = format!("{at}.{key}");
                match told.get(key) {
                    Some(told) => alike(&at, told, value),
                    None => assert!(OPTIONAL.contains(&key.as_str()), "{at} is missing"),
                }
            }
        }
        (Value::Array(told), Value::Array(printed)) => {
            let Some(one) = printed.first() else { return };
            for told in told {
                alike(&format!("{at}[]"), told, one);
            }
        }
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => {}
        (Value::Number(told), Value::Number(_)) => {
            assert!(told.is_i64(), "{at}: {told} is no whole number");
        }
        _ => panic!("{at}: {told} is not of the type of {printed}"),
    }
}

fn name(at: &str) -> &str {
    at.rsplit('.').next().unwrap_or_default()
}

pub fn name_and_address() -> Value {
    json!({
        "isValid": true,
        "firstName": "Mark Tomas",
        "middleName": "",
        "lastName": "Gonzalez Hose",
        "gender": "VAR",
        "address": {
            "careOf": "",
            "street": "Anibal Pinto 1891",
            "zip": "",
            "city": "Calama",
            "region": "",
            "country": "CL"
        }
    })
}

pub fn kyc() -> Value {
    super::with(&name_and_address(), &json!({"isLoginSuccess": true}))
}

pub fn income_check() -> Value {
    json!({
        "caseId": "estado income",
        "isValid": true,
        "regularity": "12/12",
        "totalAverage": 25000,
        "mainAverage": 20000,
        "extraAverage": 5000,
        "incomeByMonth": [{
            "month": "2020-06",
            "total": 25000,
            "main": 20000,
            "extra": 5000,
            "sources": [{"sender": "Company 1", "amount": 20000, "type": "main"}]
        }]
    })
}

pub fn asset_report() -> Value {
    json!({
        "isValid": true,
        "isLoginSuccess": true,
        "creditScore": 700,
        "creditScoreParams": {
            "accountNormal": true,
            "accountSpecial": false,
            "creditCardPresence": true,
            "fullCreditLine": true,
            "usedCreditLine": 0,
            "totalBalance": 4_166_935,
            "currentDay": 9
        }
    })
}

pub fn transaction_history() -> Value {
    json!({
        "caseId": "123456789",
        "isValid": true,
        "transactions": [{
            "date": "2020-06-05",
            "amount": 0,
            "amountIncome": 65000,
            "category": "Transferencias de fondos",
            "description": "TEF DE VAL",
            "sucursal": "PRINCIPAL",
            "operacionNumber": "7000000"
        }],
        "totalSpentByCategory": {"Transferencias de fondos": 6_789_010, "Bank fees": 6000},
        "totalIncomeByCategory": {"Unknown": 4_139_000}
    })
}

pub fn full_debt() -> Value {
    let debt = json!({
        "name": "Chile",
        "activeDebt": "12345678",
        "pastDueThirtyToNinetyDays": "0",
        "pastDueOverNinetyDays": "0",
        "total": "12345678"
    });
    let credit = json!({
        "name": "Scotiabank Chile",
        "directAvailableAmount": "1234567",
        "indirectAvailableAmount": "0"
    });
    json!({
        "isValid": true,
        "isInvalidCredentials": false,
        "fullName": "Mark Tomas",
        "creditcheckDate": "31/01/2020",
        "accountsData": {
            "directDebt": [debt],
            "indirectDebt": [debt],
            "availableCredit": [credit],
            "otherAvailableCredit": [credit]
        },
        "error": "string"
    })
}
