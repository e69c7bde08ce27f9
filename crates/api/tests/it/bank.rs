//! A bank that takes credentials, and is never asked: nobody runs jobs in these tests.

use cartola_connector::{
    Connector, CredentialField, CredentialForm, CredentialSchema, FieldKind, Manifest, Product,
    Served,
};
use cartola_model::{InstitutionId, InstructionKind, RecordKind};
use serde_json::{Value, json};

use crate::world::{Answer, World, text};

/// Whose links these are.
pub const RUT: &str = "11.111.111-1";

/// What the bank could take.
pub const PASSWORD: &str = "clave-secreta";

pub struct Bank(Manifest);

impl Bank {
    pub fn new() -> Self {
        let rut = CredentialField { name: "rut", label: "RUT", kind: FieldKind::Rut };
        let kind = FieldKind::Printable { least: 4, most: 20 };
        let password = CredentialField { name: "password", label: "Clave", kind };
        let pin = CredentialField { name: "mi_pin", label: "PIN", kind: FieldKind::Digits(5) };
        let form = |id, fields| CredentialForm { id, fields, signs_in_holder: true };
        let served = Served {
            institution: InstitutionId::parse("banco-chile").unwrap(),
            products: vec![
                Product::Accounts,
                Product::Balances,
                Product::Movements,
                Product::Record(RecordKind::Cards),
                Product::Instruction(InstructionKind::Withdrawal),
                Product::Instruction(InstructionKind::BillPayment),
                Product::Instruction(InstructionKind::Beneficiary),
            ],
            credentials: CredentialSchema {
                forms: vec![form("password", vec![rut, password]), form("mi_pin", vec![rut, pin])],
            },
        };
        Self(Manifest::new("bank", "for tests").serving(vec![served]))
    }
}

impl Connector for Bank {
    fn manifest(&self) -> &Manifest {
        &self.0
    }
}

/// A link that is wanted, with other members than the usual ones.
pub fn wanted(other: &Value) -> String {
    let mut body = json!({
        "institution": "banco-chile", "rut": RUT, "credentials": {"password": PASSWORD},
    });
    body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    body.to_string()
}

impl World {
    /// Begins the usual link; its id.
    pub async fn begin_link(&self) -> String {
        let begun = self.post("/v1/links", &wanted(&json!({}))).await;
        assert_eq!(begun.status, 201, "{}", begun.text());
        text(&begun.json(), "/id").to_owned()
    }

    /// Asks for a reading of a link.
    pub async fn request_reading(&self, link: &str, body: &str) -> Answer {
        self.post(&format!("/v1/links/{link}/readings"), body).await
    }
}
