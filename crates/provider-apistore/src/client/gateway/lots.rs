//! Payouts in lots: each transfer is a lot of one line. Pure: values in, values out.
//!
//! The id of the lot and that of its line are the transfer's end-to-end id, so that a lot which is sent
//! twice can be known as one. Whether the bank does so is not known: no lot is sent a second time.

use cartola_connector::{Answer, ConnectorError, Method, Request};
use cartola_model::{
    Catalogue, EndToEndId, TransferFailure, TransferOrder, TransferState, TransferTold,
};
use cartola_primitives::Timestamp;
use serde_json::Value;

use super::decode::{object, success, text};
use super::encode::{self, Asker};
use super::names::Names;
use crate::client::decode::invalid;
use crate::client::encode::json;

/// Sending a lot.
pub const BEGIN: &str = "apistore_gateway.lot.begin";
/// Asking where it stands.
pub const LOOK: &str = "apistore_gateway.lot.look";

/// Digits of a bank's code: the CMF's three with a zero before them.
const CODE_DIGITS: usize = 4;

/// What stands for the lot's id in the path where one asks for it.
pub const PLACE: &str = "{id}";

/// A lot of one transfer. Never sent twice once it may have arrived. `None` where the bank of who is
/// paid has no code.
pub fn begin(
    names: &Names,
    (asker, user): (&Asker, &str),
    order: &TransferOrder,
) -> Result<Option<Request>, ConnectorError> {
    let bank = Catalogue::bundled().find(&order.to.institution);
    let Some(code) = bank.and_then(|bank| bank.cmf_code.as_deref()) else { return Ok(None) };
    let (id, amount) = (order.end_to_end_id.to_string(), Value::from(order.amount.minor()));
    let consumer = encode::object([(names.of("lot_user"), user.into())]);
    let line = encode::object([
        (names.of("line_id"), id.as_str().into()),
        (names.of("line_amount"), amount.clone()),
        (names.of("line_payer"), asker.holder.compact().into()),
        (names.of("line_rut"), order.to.rut.compact().into()),
        (names.of("line_account"), order.to.account.digits().into()),
        (names.of("line_name"), order.to.name.as_str().into()),
        (names.of("line_bank"), format!("{code:0>CODE_DIGITS$}").into()),
        (names.of("line_product"), names.of("line_product_value").into()),
    ]);
    let body = encode::object([
        (names.of("lot_account"), order.from.digits().into()),
        (names.of("lot_holder"), asker.holder.compact().into()),
        (names.of("lot_id"), id.into()),
        (names.of("lot_total"), amount),
        (names.of("lot_attorneys"), asker.attorneys(names)),
    ]);
    let lot = encode::object([
        (names.of("lot_head"), encode::object([(names.of("lot_consumer"), consumer)])),
        (names.of("lot_body"), body),
        (names.of("lot_lines"), Value::Array(vec![line])),
    ]);
    let request = Request::new(BEGIN, Method::POST, names.path("lots_path"));
    Ok(Some(json(request, &lot)?.only_once()))
}

/// That a lot was taken. It is paid later.
pub fn begun(names: &Names, answer: &Answer) -> Result<TransferTold, ConnectorError> {
    success(BEGIN, names, answer)?;
    Ok(TransferTold { state: TransferState::Settling, bank_reference: None })
}

/// Asks where a lot stands, where the operator has said how: the id takes the place of `{id}`, or is
/// appended.
pub fn look(names: &Names, transfer: &EndToEndId) -> Request {
    let (path, id) = (names.path("lot_status_path"), transfer.to_string());
    let path = if path.contains(PLACE) { path.replace(PLACE, &id) } else { format!("{path}/{id}") };
    Request::new(LOOK, Method::GET, path)
}

/// Where a lot stands, as it was seen at `now`: when it was paid is not told. What is no word that ends
/// it is no end, and what has no word at all no answer.
pub fn looked(
    names: &Names,
    answer: &Answer,
    now: Timestamp,
) -> Result<TransferTold, ConnectorError> {
    let body = object(LOOK, names, answer)?;
    let word = text(&body, names.of("lot_state"));
    let word = word.ok_or_else(|| invalid(LOOK, "the answer says not where the lot stands"))?;
    let state = if word == names.of("lot_state_paid") {
        TransferState::Completed { settled_at: now }
    } else if word == names.of("lot_state_refused") {
        TransferState::Failed(TransferFailure::Other)
    } else {
        TransferState::Settling
    };
    Ok(TransferTold { state, bank_reference: None })
}
