//! An institution as it is shown: what the catalogue says of it, and what the connectors of this
//! process do there.

use std::collections::BTreeMap;

use cartola_engine::Engine;
use cartola_engine::offers::{CredentialField, CredentialForm, FieldKind, Offer};
use cartola_engine::readings::MOVEMENTS;
use cartola_model::institution::InstitutionKind;
use cartola_model::{
    Catalogue, Institution, InstitutionId, PasswordSchema, RecordKind, TransferStep,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire;

/// An institution of the catalogue.
#[derive(Serialize, ToSchema)]
#[schema(as = Institution)]
pub struct InstitutionView<'a> {
    #[schema(value_type = wire::InstitutionId)]
    id: &'a str,
    /// The name that people know.
    #[schema(example = "Banco de Chile")]
    name: &'a str,
    #[schema(value_type = wire::InstitutionKind)]
    kind: InstitutionKind,
    /// The CMF's code, three digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "001")]
    cmf_code: Option<&'a str>,
    /// Of a company portal: the bank whose accounts are read there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<wire::InstitutionId>)]
    bank: Option<&'a str>,
    /// What each protocol calls it.
    names: &'a BTreeMap<String, String>,
    /// Who signs in there. Companies sign in at the portal of their bank.
    customers: Vec<Customer>,
    /// What can be read there through links, as `products` of a reading names it: `movements` stands
    /// for accounts, balances and movements. Empty where this gateway is not set up to ask.
    #[schema(example = json!(["movements", "cards"]))]
    products: Vec<&'static str>,
    /// Whether `POST /v1/payments` can ask it for a transfer: it makes transfers, and this gateway has
    /// a merchant who is paid.
    payments: bool,
    /// What else it can be told to do: `withdrawal` (`POST /v1/withdrawals`), `bill_payment`
    /// (`POST /v1/bill-payments`), `beneficiary` (`POST /v1/beneficiary-changes`).
    #[schema(example = json!(["withdrawal", "bill_payment", "beneficiary"]))]
    instructions: Vec<&'static str>,
    /// The forms of `credentials` that this gateway takes for it, the usual one first; any one of them
    /// will do. What fits none of them never reaches the institution. Empty where it is not asked.
    credentials: Vec<FormView<'a>>,
    /// What the institution itself takes as a password. A `password` outside of it is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password: Option<PasswordView<'a>>,
    /// What a bank asks of whoever sends money, one after the other; empty where it asks for nothing,
    /// absent where no money is sent. As far as that is known beforehand: the `challenge` of a payment
    /// says what is really asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<wire::TransferStep>>)]
    transfer_authentication: Option<&'a [TransferStep]>,
}

/// Who signs in somewhere.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Customer {
    Person,
    Company,
}

/// One form of credentials. All of its fields are needed, and no other is taken; `rut` is the RUT of
/// the request where it is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = CredentialForm)]
struct FormView<'a> {
    /// Its id.
    #[schema(example = "password")]
    id: &'a str,
    fields: Vec<FieldView>,
}

/// One field of a form.
#[derive(Serialize, ToSchema)]
#[schema(as = CredentialField)]
struct FieldView {
    /// Its name in `credentials`.
    #[schema(example = "password")]
    name: &'static str,
    /// What people call it, in Spanish.
    #[schema(example = "Clave de internet")]
    label: &'static str,
    kind: Kind,
    /// Whether it is to be typed unseen.
    secret: bool,
    /// The fewest characters; of `digits`, so many exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    min_length: Option<usize>,
    /// The most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    max_length: Option<usize>,
}

/// What a field holds: a RUT in any written form, digits alone, or printable characters.
#[derive(Serialize, ToSchema)]
#[schema(as = CredentialFieldKind)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Rut,
    Digits,
    Text,
}

/// What an institution takes as a password.
#[derive(Serialize, ToSchema)]
#[schema(as = PasswordRule)]
struct PasswordView<'a> {
    /// The fewest characters.
    min_length: usize,
    /// The most characters.
    max_length: usize,
    /// Whether it is of digits alone; else of letters and digits of ASCII.
    digits_only: bool,
    /// What may stand among them beside.
    symbols: &'a str,
}

impl<'a> InstitutionView<'a> {
    /// What is known of an institution, and what the connectors of this process do there.
    pub fn of(engine: &'a Engine, row: &'a Institution) -> Self {
        let catalogue = Catalogue::bundled();
        let offer = engine.offer(&row.id);
        Self {
            id: row.id.as_str(),
            name: &row.name,
            kind: row.kind,
            cmf_code: row.cmf_code.as_deref(),
            bank: row.bank.as_ref().map(InstitutionId::as_str),
            names: &row.names,
            customers: customers(row),
            products: products(offer),
            payments: offer.transfers && engine.merchant().is_some(),
            instructions: engine.instructions_of(&row.id).iter().map(|kind| kind.name()).collect(),
            credentials: engine.credential_forms(&row.id).iter().map(FormView::from).collect(),
            password: catalogue.password_schema(&row.id).map(PasswordView::from),
            transfer_authentication: catalogue.transfer_steps(&row.id),
        }
    }
}

fn customers(row: &Institution) -> Vec<Customer> {
    let people = row.lets_people_in().then_some(Customer::Person);
    people.into_iter().chain(row.lets_companies_in().then_some(Customer::Company)).collect()
}

fn products(offer: Offer) -> Vec<&'static str> {
    let movements = offer.movements.then_some(MOVEMENTS);
    movements.into_iter().chain(offer.records.iter().map(RecordKind::name)).collect()
}

impl<'a> From<&'a CredentialForm> for FormView<'a> {
    fn from(form: &'a CredentialForm) -> Self {
        Self { id: form.id, fields: form.fields.iter().map(FieldView::from).collect() }
    }
}

impl From<&CredentialField> for FieldView {
    fn from(field: &CredentialField) -> Self {
        let (kind, lengths) = match field.kind {
            FieldKind::Rut => (Kind::Rut, None),
            FieldKind::Digits(count) => (Kind::Digits, Some((count, count))),
            FieldKind::Printable { least, most } => (Kind::Text, Some((least, most))),
        };
        Self {
            name: field.name,
            label: field.label,
            secret: !matches!(kind, Kind::Rut),
            kind,
            min_length: lengths.map(|(least, _)| least),
            max_length: lengths.map(|(_, most)| most),
        }
    }
}

impl<'a> From<&'a PasswordSchema> for PasswordView<'a> {
    fn from(schema: &'a PasswordSchema) -> Self {
        let (min_length, max_length, digits_only, symbols) = match schema {
            PasswordSchema::Digits { digits } => (*digits, *digits, true, ""),
            PasswordSchema::Letters { shortest, longest, symbols } => {
                (*shortest, *longest, false, symbols.as_str())
            }
        };
        Self { min_length, max_length, digits_only, symbols }
    }
}
