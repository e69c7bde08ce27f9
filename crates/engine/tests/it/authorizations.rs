//! Mi Pass: enrolled once, approved on one phone with its PIN, used once.

mod billers;
mod leaving;
mod phones;
mod properties;
mod refused;
mod replies;
mod required;
mod used;

use std::collections::BTreeMap;
use std::time::Duration;

use cartola_crypto::{DeviceJwk, DeviceSecret, Statement};
use cartola_engine::authorizations::{
    Ask, AskError, AtTheDoor, Authorization, DecideError, Decided, Decision, Enrolled,
    EnrolmentError, LetIn, NewPhone, PhoneProof, Validated, Verdict,
};
use cartola_engine::payments::PaymentOrder;
use cartola_model::authorization::{Bill, Transfer};
use cartola_model::{
    AccountNumber, AuthorizationStanding, InstitutionId, Operation, Pin, TransferPayee,
};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Currency, Money, Rut, Secret, Timestamp};

use crate::world::World;
use crate::world::bank::{RUT, institution};

pub const PIN: &str = "483920";

pub fn person() -> Rut {
    Rut::parse("12.345.678-5").unwrap()
}

pub fn other_person() -> Rut {
    Rut::parse("11.111.111-1").unwrap()
}

pub fn pin(text: &str) -> Pin {
    Pin::parse(text).unwrap()
}

/// A phone with a key of its own.
pub struct OwnPhone {
    pub secret: DeviceSecret,
    pub jwk: DeviceJwk,
}

impl OwnPhone {
    pub fn new(seed: u64) -> Self {
        let secret = DeviceSecret::generate(&SeededRandomness::new(seed));
        let jwk = secret.public().jwk();
        Self { secret, jwk }
    }

    pub fn signature(&self, asked: &Authorization, verdict: &'static str) -> [u8; 64] {
        let subject = asked.id().to_string();
        let statement =
            Statement { subject: &subject, nonce: &asked.nonce, shown: asked.shown, verdict };
        self.secret.sign(&statement)
    }
}

/// Somebody of [`RUT`] at an institution's door, while the worker works.
pub async fn let_in(
    world: &World,
    institution: InstitutionId,
    fields: &BTreeMap<String, Secret<String>>,
) -> Result<LetIn, EnrolmentError> {
    let rut = Rut::parse(RUT).unwrap();
    let door = AtTheDoor { institution, rut, fields, facade: "tests" };
    let working = async {
        loop {
            world.worker.run_due().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        told = world.engine.let_in(&world.who, &door, Duration::from_mins(1)) => told,
        () = working => unreachable!("it works for ever"),
    }
}

pub struct Scene {
    pub world: World,
}

impl Scene {
    pub async fn new() -> Self {
        Self { world: World::new().await }
    }

    pub async fn code(&self, rut: Rut) -> String {
        let (engine, who) = (&self.world.engine, &self.world.who);
        let begun = engine.begin_enrolment(who, rut, Validated::ByTenant(b"cedula")).await;
        begun.unwrap().code.expose().clone()
    }

    pub async fn enrol(&self, rut: Rut, phone: &OwnPhone) -> Enrolled {
        self.enrol_with(rut, phone, PIN).await
    }

    pub async fn enrol_with(&self, rut: Rut, phone: &OwnPhone, digits: &str) -> Enrolled {
        let code = self.code(rut).await;
        let pin = pin(digits);
        let new = NewPhone {
            name: "Pixel 9",
            fingerprint: Some("f00d"),
            key: Some(&phone.jwk),
            pin: &pin,
        };
        self.world.engine.enrol_phone(&code, &new).await.unwrap()
    }

    pub async fn ask(&self, operation: &Operation) -> Authorization {
        self.try_ask(
            person(),
            operation,
            &self.world.engine.mint::<cartola_primitives::id::JobId>().to_string(),
        )
        .await
        .unwrap()
    }

    pub async fn try_ask(
        &self,
        rut: Rut,
        operation: &Operation,
        case: &str,
    ) -> Result<Authorization, AskError> {
        let ask = Ask { rut, operation, channel: "tests", case, next: None };
        self.world.engine.ask_authorization(&self.world.who, &ask).await
    }

    pub async fn approve(
        &self,
        asked: &Authorization,
        phone: &OwnPhone,
        digits: &str,
    ) -> Result<Decided, DecideError> {
        let signature = phone.signature(asked, "approve");
        let decision = Decision {
            verdict: Verdict::Approve(pin(digits)),
            shown: asked.shown,
            proof: PhoneProof::Signature(&signature),
        };
        self.world.engine.decide_authorization(&self.world.who, asked.id(), &decision).await
    }

    pub async fn deny(
        &self,
        asked: &Authorization,
        phone: &OwnPhone,
    ) -> Result<Decided, DecideError> {
        let signature = phone.signature(asked, "deny");
        let decision = Decision {
            verdict: Verdict::Deny,
            shown: asked.shown,
            proof: PhoneProof::Signature(&signature),
        };
        self.world.engine.decide_authorization(&self.world.who, asked.id(), &decision).await
    }

    pub async fn seen(&self, asked: &Authorization) -> Authorization {
        let (engine, who) = (&self.world.engine, &self.world.who);
        engine.authorization(who, asked.id()).await.unwrap().unwrap()
    }

    pub async fn standing(&self, asked: &Authorization) -> &'static str {
        self.seen(asked).await.state().standing().name()
    }

    pub async fn audited_of_ours(&self) -> Vec<String> {
        let all = self.world.audited().await;
        let is_ours = |action: &String| {
            action.starts_with("authorization.") || action.starts_with("enrolment.")
        };
        all.into_iter().filter(is_ours).collect()
    }
}

/// What an authorization of a model's is as time goes by.
pub fn seen_at(
    now: Timestamp,
    (standing, until): (AuthorizationStanding, Timestamp),
) -> AuthorizationStanding {
    if standing.is_final() || now < until { standing } else { AuthorizationStanding::Expired }
}

/// A payment of a customer of the bank, who is [`RUT`].
pub fn payment<'a>(
    fields: &'a BTreeMap<String, Secret<String>>,
    amount: i64,
    case: &'a str,
    approval: Option<&'a str>,
) -> PaymentOrder<'a> {
    PaymentOrder {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields,
        amount: Money::new(amount, Currency::CLP),
        from: None,
        payee: Some(payee("12345678")),
        comment: None,
        case,
        request: case.as_bytes(),
        evidence: b"a request",
        approval,
        next: None,
    }
}

pub fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

pub fn payee(account: &str) -> TransferPayee {
    TransferPayee {
        institution: bank("banco-estado"),
        account: AccountNumber::parse(account).unwrap(),
        rut: Rut::parse("76.192.083-9").unwrap(),
        name: "Ferretería Ñuñoa".to_owned(),
    }
}

pub fn transfer_to(account: &str, amount: i64) -> Operation {
    Operation::Transfer(Transfer {
        institution: bank("banco-chile"),
        from: None,
        to: payee(account),
        amount: Money::new(amount, Currency::CLP),
        comment: Some("Clavos".to_owned()),
    })
}

pub fn transfer(amount: i64) -> Operation {
    transfer_to("12345678", amount)
}

pub fn bill(amount: i64) -> Operation {
    Operation::BillPayment(Bill {
        institution: bank("banco-chile"),
        from: None,
        biller: "1001".to_owned(),
        biller_name: None,
        service_account: "1234-5".to_owned(),
        amount: Money::new(amount, Currency::CLP),
    })
}
