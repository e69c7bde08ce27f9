//! The standard's schema, with what Khipu's document shows otherwise.

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Value, json};

/// Checks records against the definition of that name.
pub struct Schema {
    name: &'static str,
    validator: Validator,
}

impl Schema {
    pub fn of(name: &'static str) -> Self {
        let file: Value =
            serde_json::from_str(include_str!("schemas/uk-open-banking-3.1.11.json")).unwrap();
        let whole = json!({ "$ref": format!("#/$defs/{name}"), "$defs": file["$defs"] });
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&whole)
            .unwrap();
        Self { name, validator }
    }

    pub fn check(&self, record: &impl Serialize) {
        let record = serde_json::to_value(record).unwrap();
        self.check_value(&record);
    }

    pub fn check_value(&self, record: &Value) {
        let errors = self.validator.iter_errors(record);
        let wrong: Vec<String> = errors.map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?} in {record}", self.name);
    }

    pub fn refuses(&self, record: &Value) -> bool {
        !self.validator.is_valid(record)
    }
}

/// The document's own examples, where it prints them whole, keep to the schema: so the exemptions
/// are the right ones, and no narrower than they must be.
#[test]
fn the_documents_examples_keep_to_it() {
    Schema::of("Account").check_value(&json!({
        "AccountId": "005553344110", "Status": "Enabled",
        "StatusUpdateDateTime": "2017-07-21T17:32:28-0400", "Currency": "CLP",
        "AccountType": "Personal", "AccountSubType": "CurrentAccount",
        "Description": "CUENTA DE AHORRO", "Nickname": "AHORROS", "OpeningDate": "2002-11-30"
    }));
    Schema::of("Balance").check_value(&json!({
        "AccountId": "873458", "CreditDebitIndicator": "Credit",
        "DateTime": "2017-07-21T17:32:28-0400", "Type": "ClosingAvailable",
        "Amount": [{ "Amount": "1", "Currency": "CLP" }], "CreditLine": { "Included": false }
    }));
    Schema::of("Statement").check_value(&json!({
        "AccountId": "873458", "CreationDateTime": "2017-07-21T17:32:28-0400",
        "EndDateTime": "2017-06-30T23:59:59-0400", "StartDateTime": "2017-06-01T00:00:00-0400",
        "StatementDescription": [], "StatementId": "4525f6656f4248a99d289fe8d213557d",
        "StatementReference": "a2c557c63450", "Type": "RegularPeriodic", "StatementAmount": []
    }));
    Schema::of("Transaction").check_value(&json!({
        "AccountId": "873458", "AddressLine": "SUCURSAL SANTIAGO CENTRO",
        "BookingDateTime": "2017-07-22T00:00:00-0400", "CreditDebitIndicator": "Credit",
        "StatementReference": [], "Status": "Booked",
        "TransactionId": "c830d0c9a0904ea6badbaf8e25ff6e87",
        "TransactionInformation": "PAGO DE CUENTAS", "TransactionMutability": "Immutable",
        "TransactionReference": "09cce92d-494b-4f29-8584-6a0409a052c7",
        "ValueDateTime": "2017-07-21T17:32:28-0400",
        "Amount": { "Amount": "1", "Currency": "CLP" }, "SupplementaryData": []
    }));
}

#[test]
fn it_refuses_what_is_wrong() {
    let schema = Schema::of("Amount");
    for (amount, currency) in
        [("-1", "CLP"), ("1.", "USD"), ("1,5", "USD"), ("1", "clp"), ("", "CLP")]
    {
        assert!(schema.refuses(&json!({ "Amount": amount, "Currency": currency })), "{amount}");
    }
    assert!(schema.refuses(&json!({ "Amount": 1, "Currency": "CLP" })));
    assert!(Schema::of("Moment").refuses(&json!("2017-07-21T17:32:28-04:00")));
}
