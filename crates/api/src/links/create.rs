//! `POST /v1/links`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::links::wording::{self, MANDATE_DAYS, MAX_MANDATE_DAYS, MAX_PURPOSE};
use cartola_engine::links::{Begun, Extent, Mandate, NewLink, PaysFor, ShownLink};
use cartola_engine::once::Reply;
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
};
use cartola_model::{Catalogue, ConsentData, InstitutionId, Scope};
use cartola_primitives::{Date, Rut, Secret, Timestamp, santiago};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::list::LinkView;
use super::refusal::refused;
use crate::consents::change::products;
use crate::institutions::known;
use crate::wire::{self, IdText};

/// A link that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `institution`, `rut` and `credentials`")]
#[schema(
    as = LinkRequest,
    example = json!({
        "institution": "banco-chile", "rut": "11.111.111-1",
        "credentials": {"password": "wxyz1234!@#$"}, "purpose": "bookkeeping", "days": 365
    })
)]
pub struct Asked {
    /// Which institution is asked.
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// RUT of the person or company whose data it is, in any written form.
    #[schema(example = "11.111.111-1", max_length = 32)]
    rut: String,
    /// What the institution lets them in with, in the fields of one of its forms: `password`, or
    /// `mi_pin` where it takes the mobile PIN. The user's name, `rut`, is the RUT above where it is
    /// left out.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    credentials: BTreeMap<String, Secret<String>>,
    /// What the data is wanted for, one sentence; to be read for the tenant unless said otherwise.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    purpose: Option<String>,
    /// Whether payouts may be made with these credentials, at a bank; else they are read with alone.
    /// What was said last counts.
    #[serde(default)]
    #[schema(required = false, default = false)]
    payments: bool,
    /// On how many days after today it is allowed, by the calendar of Santiago; 36 months at most.
    #[schema(
        required = false, nullable = false, value_type = u16, minimum = 1, maximum = 1095, default = 365
    )]
    days: Option<Number>,
    /// Which data is allowed to be read; all that the institution tells where it is left out.
    #[schema(required = false, nullable = false, min_items = 1)]
    products: Option<Vec<String>>,
    /// Who receives the data beside the tenant; nobody where it is left out.
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    recipient: Option<String>,
}

const _: () = assert!(MAX_PURPOSE == 200 && MANDATE_DAYS == 365, "the document says so");
const _: () = assert!(MAX_MANDATE_DAYS == 1_095, "the document says so");

/// A link that was begun, and what is taken for allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkBegun)]
struct BegunView<'a> {
    #[serde(flatten)]
    link: LinkView,
    mandate: MandateView<'a>,
}

/// What the caller says that the person allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = Mandate)]
struct MandateView<'a> {
    /// The consent that it is.
    #[schema(value_type = wire::ConsentId)]
    consent_id: IdText,
    /// Who may read what, where, until when and what for, and a last line that keeps the RUT from being
    /// found out by its hash. Its SHA-256, with that line, is the consent's `evidence`, or in the audit
    /// trail where it renews one: keep it with what the person signed.
    text: &'a str,
    /// When it ends by itself.
    #[schema(value_type = wire::Instant)]
    expires_at: Timestamp,
}

/// What is asked, read.
struct Order {
    institution: InstitutionId,
    rut: Rut,
    fields: BTreeMap<String, Secret<String>>,
    purpose: String,
    pays: PaysFor,
    days: u16,
    data: Option<ConsentData>,
    recipient: Option<String>,
    fingerprint: Fingerprint,
}

/// Begin a link
///
/// Or begin one again with other credentials: the same institution and person are the same link.
/// The institution is not asked before the first reading; credentials that it could not take, or
/// that it has refused, are refused here. They are sealed, and shown to nobody. While a block of the
/// person's data holds, no link is begun.
#[utoipa::path(
    post, path = "/v1/links", operation_id = "create_link", tag = "links",
    request_body = Asked,
    responses((status = 201, description = "The link, and its mandate", body = BegunView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "institution_not_configured", "credentials_malformed",
        "credentials_of_another", "credentials_refused", "person_blocked",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let Order { institution, rut, fields, purpose, pays, days, data, recipient, fingerprint } =
        asked.read(engine)?;
    let ticket = key.ticket(engine, who, "links.create", fingerprint).await?;
    if !engine.asks(&institution) {
        return Err(Problem::new(Code::InstitutionNotConfigured).into());
    }
    let last = wording::last_day(engine.now(), days);
    let tenant = engine.tenant_name(who).await?;
    let extent = Extent { recipient: recipient.as_deref(), data };
    let text = wording::mandate_text(&tenant, &institution, rut, (&purpose, pays), last);
    let text = wording::about(text, extent);
    let mandate = Mandate {
        purpose: &purpose,
        evidence: text.as_bytes(),
        expires_at: Some(santiago::end_of_day(last)),
    };
    let kept = engine.kept_words(who.tenant, &text);
    let wanted = NewLink { institution, rut, fields: &fields, mandate, proven: false, pays };
    let render =
        |begun: &Begun| answer::recorded(StatusCode::CREATED, &BegunView::of(begun, &kept, last));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let begun = engine.begin_link_about(who, &wanted, extent, reply).await;
    let begun = begun.map_err(|error| refused(error, engine.now()))?;
    Ok(answer::fresh(render(&begun)))
}

impl Asked {
    fn read(self, engine: &Engine) -> Result<Order, Problem> {
        let wrong = |name| move |why: Text| Problem::new(Code::JsonInvalid).named(name, why);
        let institution =
            known(parse::institution(&self.institution).map_err(wrong("institution"))?)?;
        let rut = parse::rut(&self.rut).map_err(wrong("rut"))?;
        if let Some(portal) = Catalogue::bundled().portal_instead(&institution, rut) {
            let id = &portal.id;
            return Err(wrong("institution")(Text::new(
                format!("it lets people in alone: its companies sign in at `{id}`"),
                format!("solo atiende a personas: sus empresas ingresan en `{id}`"),
            )));
        }
        let purpose = match self.purpose {
            Some(text) => parse::text(MAX_PURPOSE)(text.trim()).map_err(wrong("purpose"))?,
            None => wording::usual_purpose(&institution).to_owned(),
        };
        let pays = self.payments;
        if pays && !wording::can_pay(&institution) {
            let why = "only a bank can be paid from";
            return Err(wrong("payments")(Text::new(why, "solo se puede pagar desde un banco")));
        }
        let days = self.days.as_ref().map_or(Ok(MANDATE_DAYS), days).map_err(wrong("days"))?;
        let fingerprint = Fingerprint::default()
            .with(Some(institution.as_str().as_bytes()))
            .with(Some(rut.compact().as_bytes()))
            .with(Some(purpose.as_bytes()))
            .with(Some(&days.to_be_bytes()));
        let fingerprint = if pays { fingerprint.with(Some(b"payments")) } else { fingerprint };
        let data = self.products.as_deref().map(products).transpose();
        let data = data.map_err(wrong("products"))?;
        let recipient = self.recipient.as_deref().map(|text| parse::text(MAX_PURPOSE)(text.trim()));
        let recipient = recipient.transpose().map_err(wrong("recipient"))?;
        let fingerprint = match (data, &recipient) {
            (None, None) => fingerprint,
            _ => fingerprint
                .with(data.map(ConsentData::written).as_deref().map(str::as_bytes))
                .with(recipient.as_deref().map(str::as_bytes)),
        };
        // As they came: what is made of them depends on which process is asked.
        let fingerprint = self.credentials.iter().fold(fingerprint, |all, (name, value)| {
            all.with(Some(name.as_bytes())).with(Some(value.expose().as_bytes()))
        });
        let fields = engine.with_holder(&institution, rut, self.credentials);
        let pays = PaysFor::tenant_where(pays);
        Ok(Order { institution, rut, fields, purpose, pays, days, data, recipient, fingerprint })
    }
}

fn days(number: &Number) -> Result<u16, Text> {
    let number = number.as_u64().and_then(|number| u16::try_from(number).ok());
    number.filter(|number| (1..=MAX_MANDATE_DAYS).contains(number)).ok_or_else(|| {
        Text::new(
            format!("expected a whole number from 1 to {MAX_MANDATE_DAYS}"),
            format!("se esperaba un número entero de 1 a {MAX_MANDATE_DAYS}"),
        )
    })
}

impl<'a> BegunView<'a> {
    fn of(begun: &Begun, text: &'a str, last: Date) -> Self {
        let mandate = MandateView {
            consent_id: begun.mandate.into(),
            text,
            expires_at: santiago::end_of_day(last),
        };
        Self { link: LinkView::from(ShownLink::begun(begun.link.clone())), mandate }
    }
}
