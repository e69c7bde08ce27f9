//! `POST /floid/api/pis/transfer`

use axum::response::Response;
use cartola_engine::once::{RecordedAnswer, Ticket};
use cartola_engine::payments::{Payment, PaymentError, PaymentOrder};
use cartola_engine::readings;
use cartola_http::Approval;
use cartola_model::{InstitutionId, Scope};
use cartola_primitives::id::RequestId;
use cartola_primitives::{Currency, Money, Rut, Secret};
use serde::Deserialize;

use super::super::asked::Asked;
use super::super::callback::Target;
use super::super::case::{Case, NotBegun, fingerprint};
use super::super::desk::fields;
use super::super::last_word::{LastWord, Subject};
use super::super::refused::Refused;
use super::standing::{open_page, said, until_told};
use super::{Declined, told};
use crate::bank;
use crate::given::Mistake;
use crate::request::{self, pesos};
use crate::wire::{TransferAnswer, TransferMessage};

/// The verb of its cases.
const VERB: &str = "floid.transfer";

/// Transfer money from user account to Floid account
///
/// Asks the customer's bank for a transfer to the account that is configured. The same `caseId` with
/// the same body is the same payment, and is told the same; where the page of that answer is over, how
/// it stands now.
#[utoipa::path(
    post, path = "/api/pis/transfer", operation_id = "transfer", tag = "payments",
    request_body = request::Transfer,
    responses((status = 200, description = "What follows", body = TransferAnswer)),
)]
pub async fn transfer(approval: Approval, asked: Asked) -> Result<Response, Refused> {
    told(pay(&asked, &approval).await)
}

async fn pay(asked: &Asked, approval: &Approval) -> Result<RecordedAnswer, Declined> {
    asked.may(Scope::Manage)?;
    let wanted = Wanted::read(asked, &asked.read()?).await?;
    let fingerprint = wanted.fingerprint();
    let first = wanted.first_answer(asked, &fingerprint).await?;
    let payment = wanted.begin(asked, &fingerprint, approval).await?;
    let ticket = match first {
        First::Given(answer) if is_of_use(asked, &answer, &payment) => return Ok(answer),
        First::Given(_) => None,
        First::Open(ticket) => Some(ticket),
    };
    let payment = until_told(&asked.engine, &asked.who, payment).await?;
    let answer = said(&asked.engine, &payment);
    let Some(ticket) = ticket else { return Ok(answer) };
    match asked.engine.record(&ticket, &answer).await {
        Ok(()) => Ok(answer),
        // The same call was told something meanwhile.
        Err(error) => known(error.into()),
    }
}

/// What a case was told before, or the right to record what it is told now.
enum First {
    Given(RecordedAnswer),
    Open(Ticket),
}

/// A payment that is wanted.
struct Wanted {
    institution: InstitutionId,
    rut: Rut,
    password: Secret<String>,
    amount: Money,
    word: LastWord,
}

impl Wanted {
    /// What a body asks for. What the document has no words for is looked at first.
    async fn read(asked: &Asked, body: &request::Transfer) -> Result<Self, Declined> {
        let bank = bank::of_document(body.bank_name.text("bankName")?).map_err(no_bank)?;
        let case = Case::of(&body.case_id, "caseId")?;
        let amount = Money::new(pesos(&body.money_amount, "moneyAmount")?, Currency::CLP);
        let url = (&body.callback_url, "callbackUrl");
        let key = (&body.callback_api_key, "callbackApiKey");
        let target = Target::of(&asked.callbacks, url, key).await?;
        let given = [(&body.rut, "rut"), (&body.password, "password")];
        for (given, member) in given {
            if given.optional_text(member)?.is_none() {
                return Err(Declined::Message(TransferMessage::RutPasswordAreRequired));
            }
        }
        let (rut, password) = (body.rut.rut("rut")?, body.password.password("password")?);
        let institution = bank::side(&bank.id, rut).map_err(no_bank)?.id.clone();
        let word = LastWord::new(&asked.who, case, target);
        Ok(Self { institution, rut, password, amount, word })
    }

    fn fingerprint(&self) -> [u8; 32] {
        let (rut, amount) = (self.rut.compact(), self.amount.to_decimal_string());
        let [url, key] = self.word.target.parts();
        let password = self.password.expose().as_str();
        let institution = self.institution.as_str();
        fingerprint(&[Some(&*rut), Some(password), Some(institution), Some(&*amount), url, key])
    }

    async fn first_answer(&self, asked: &Asked, request: &[u8]) -> Result<First, Declined> {
        let Asked { engine, who, .. } = asked;
        match self.word.case.begin_known(engine, who, VERB, request).await {
            Ok(ticket) => Ok(First::Open(ticket)),
            Err(not_begun) => Ok(First::Given(known(not_begun)?)),
        }
    }

    async fn begin(
        &self,
        asked: &Asked,
        request: &[u8],
        approval: &Approval,
    ) -> Result<Payment, PaymentError> {
        let Self { institution, rut, password, amount, word } = self;
        let engine = &asked.engine;
        let operation = engine.mint::<RequestId>().hex();
        let evidence = readings::evidence("floid", &operation, institution, *rut, engine.now());
        let order = PaymentOrder {
            institution: institution.clone(),
            rut: *rut,
            fields: &fields(*rut, password),
            amount: *amount,
            from: None,
            payee: None,
            comment: None,
            case: &payment_case(&word.case),
            request,
            evidence: &evidence,
            approval: approval.token(),
            next: Some(word.next(Subject::Payment)),
        };
        engine.begin_payment(&asked.who, &order).await
    }
}

/// What the engine knows the payment of a case by.
pub fn payment_case(case: &Case) -> String {
    format!("{VERB}/{}", case.key())
}

fn no_bank(error: bank::UnknownBank) -> Mistake {
    Mistake::of("bankName", error)
}

/// An answer of this facade, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handed {
    page_id: Option<String>,
}

/// Whether what a case was told first is true still: it hands out the page that is open now, or none
/// where none is.
fn is_of_use(asked: &Asked, first: &RecordedAnswer, payment: &Payment) -> bool {
    let handed = serde_json::from_slice::<Handed>(&first.body);
    handed.is_ok_and(|handed| handed.page_id.as_deref() == open_page(&asked.engine, payment))
}

fn known(not_begun: NotBegun) -> Result<RecordedAnswer, Declined> {
    match not_begun {
        NotBegun::Answered(answer) => Ok(answer),
        NotBegun::OtherBody => Err(Refused::other_case("caseId").into()),
        NotBegun::Engine(error) => Err(error.into()),
    }
}

impl From<PaymentError> for Declined {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::TooLittle => Self::Message(TransferMessage::MinimumMoneyAmount),
            PaymentError::TooMuch => Self::Message(TransferMessage::ExceedTransferLimit),
            PaymentError::OtherRequest => Refused::other_case("caseId").into(),
            PaymentError::Link(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::info!(error, "floid.payment.not_begun");
                Self::Message(TransferMessage::BankTransferFailed)
            }
            // The document has no words for it: whoever is refused sends the approval's token.
            PaymentError::Leave(error) => Refused::request(error.to_string()).into(),
            PaymentError::NoMerchant => Refused::unconfigured(error.to_string()).into(),
            PaymentError::NotPesos
            | PaymentError::NoBank
            | PaymentError::Comment
            | PaymentError::Case => Refused::request(error.to_string()).into(),
            PaymentError::Engine(error) => error.into(),
        }
    }
}
