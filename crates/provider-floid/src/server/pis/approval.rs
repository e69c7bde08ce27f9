//! `POST /floid/api/pis/{transfer_approval,transfer_approval_optional}`

use axum::response::Response;
use cartola_engine::once::RecordedAnswer;
use cartola_engine::payments::{AnswerError, ChallengeAnswer};
use cartola_model::Scope;

use super::super::asked::Asked;
use super::super::refused::Refused;
use super::standing::{said, until_told};
use super::{Declined, told};
use crate::given::Mistake;
use crate::request::Approval;
use crate::wire::{TransferAnswer, TransferMessage};

/// Second step for money transfer
///
/// Takes what the customer has answered on a page, once. The page says which payment and which step
/// it is: the answer to any other step is taken too.
#[utoipa::path(
    post, path = "/api/pis/transfer_approval", operation_id = "transfer_approval", tag = "payments",
    request_body = Approval,
    responses((status = 200, description = "What follows", body = TransferAnswer)),
)]
pub async fn approve(asked: Asked) -> Result<Response, Refused> {
    told(answer(&asked).await)
}

/// Third step for money transfer
///
/// As the second one: what the bank asks for after that is answered here, or there.
#[utoipa::path(
    post, path = "/api/pis/transfer_approval_optional",
    operation_id = "transfer_approval_optional", tag = "payments",
    request_body = Approval,
    responses((status = 200, description = "What follows", body = TransferAnswer)),
)]
pub async fn approve_optional(asked: Asked) -> Result<Response, Refused> {
    told(answer(&asked).await)
}

async fn answer(asked: &Asked) -> Result<RecordedAnswer, Declined> {
    asked.may(Scope::Manage)?;
    let body: Approval = asked.read()?;
    let incomplete = || Declined::Message(TransferMessage::CheckRequiredFields);
    let page = body.page_id.optional_text("pageId")?.ok_or_else(incomplete)?;
    let given = given(&body)?.ok_or_else(incomplete)?;
    let payment = asked.engine.answer_payment(&asked.who, page, &given).await?;
    let payment = until_told(&asked.engine, &asked.who, payment).await?;
    Ok(said(&asked.engine, &payment))
}

/// What the customer has answered, if anything.
fn given(body: &Approval) -> Result<Option<ChallengeAnswer>, Mistake> {
    let sms = body.sms_code.optional_text("smsCode")?;
    let codes = body.card_code.optional_texts("cardCode")?;
    if sms.is_none() && codes.is_none() {
        return Ok(None);
    }
    let codes = codes.as_ref().map(|codes| codes.iter().map(|code| code.expose().as_str()));
    Ok(Some(ChallengeAnswer::typed(sms, codes)))
}

impl From<AnswerError> for Declined {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::UnknownPage => Self::Message(TransferMessage::TransactionIsNotExist),
            AnswerError::ExpiredPage => Self::Message(TransferMessage::TransactionIsExpired),
            AnswerError::Unsuitable => Self::Message(TransferMessage::CheckRequiredFields),
            AnswerError::Engine(error) => error.into(),
        }
    }
}
