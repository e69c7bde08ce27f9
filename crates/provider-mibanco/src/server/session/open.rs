//! `POST /mibanco/api/v1/mibanco/session`

use std::collections::BTreeMap;
use std::panic::resume_unwind;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use cartola_engine::device_sessions::SessionTokens;
use cartola_engine::links::wording::{DEVICE_PURPOSE, MANDATE_DAYS, last_day, mandate_text};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::readings::{self, Call, ReadScope, Wanted};
use cartola_engine::{Engine, EngineError};
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_model::{InstitutionId, Principal, Scope};
use cartola_primitives::id::{LinkId, RequestId};
use cartola_primitives::rut::RutError;
use cartola_primitives::{Rut, Secret, SignedDuration, santiago};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use super::super::caller::{device, door_of, must, settings_of, tenant};
use super::super::desk::until_read;
use super::super::pin::SentFor;
use super::super::refused::{Refused, Told, answered};
use super::super::{AUDIENCE, pin, screens};
use super::{Given, side};

/// How long the mandate holds under which the bank is asked whether it takes the PIN.
const CALL_LASTS: SignedDuration = SignedDuration::from_mins(2);

/// Longest fingerprint of a device, bytes.
const MAX_FINGERPRINT_BYTES: usize = 512;

/// What a device sends.
#[derive(Deserialize, ToSchema)]
#[schema(as = SessionRequest)]
#[serde(expecting = "an object with `rut`, `mi_pin` and `device_fingerprint`")]
pub struct Asked {
    /// The customer, in any written form.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// The compact JWE of `{"mi_pin","iat"}` to a key of `/mibanco/.well-known/jwks.json`.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    mi_pin: Option<Secret<String>>,
    /// A hash of what tells the device from others, 1 to 512 bytes; kept with the evidence of the mandate.
    #[schema(min_length = 1, max_length = 512)]
    device_fingerprint: String,
    /// What a bank may take in the place of the MI PIN. Here nobody's password is taken.
    #[serde(default)]
    #[schema(ignore)]
    password: Option<IgnoredAny>,
    /// The customer's bank, in the form of `to_bank`, such as `BANCO_ESTADO`; Banco de Chile where it
    /// is absent, unless the operator says otherwise. Ours.
    #[serde(default)]
    bank: Option<String>,
}

/// A customer at the door.
struct Entry {
    institution: InstitutionId,
    rut: Rut,
    pin: Secret<String>,
    fingerprint: String,
    device: String,
}

/// Open a session
///
/// The customer's bank is asked whether it takes the MI PIN. A session stands for a link with a mandate
/// of twelve months, and belongs to the device that is named in `X-Device-Id`.
#[utoipa::path(
    post, path = "/api/v1/mibanco/session", operation_id = "open_session", tag = "session",
    params(("X-Device-Id" = String, Header, description = "The device")),
    request_body = Asked,
    responses(
        (status = 200, description = "The session", body = Given),
        (status = 400, description = "`INVALID_REQUEST`", body = Told),
        (status = 401, description = "`INVALID_CLIENT`, `INVALID_CREDENTIALS`", body = Told),
        (status = 403, description = "`DEVICE_MISMATCH`: no `X-Device-Id`; `INSUFFICIENT_SCOPE`, `MI_PASS_REQUIRED`", body = Told),
        (status = 423, description = "`CREDENTIALS_LOCKED`", body = Told),
        (status = 429, description = "`RATE_LIMITED`, with `Retry-After`", body = Told),
        (status = 503, description = "`UNAVAILABLE`", body = Told),
    ),
    security(("api_key" = []), ("client" = []), ()),
)]
pub async fn open(State(gate): State<Gate>, request: Request) -> Response {
    let opened = opened(&gate, request).await;
    let told = opened.map(|tokens| answer::json(StatusCode::OK, &Given::of(&tokens)));
    answered(&gate, told)
}

async fn opened(gate: &Gate, request: Request) -> Result<SessionTokens, Refused> {
    let (parts, body) = request.into_parts();
    let who = tenant(gate, &parts).await?;
    must(&who, Scope::Manage)?;
    let settings = settings_of(&parts);
    let device = device(&parts.headers)?.map(str::to_owned);
    let device = device.ok_or_else(Refused::no_device)?;
    let door = (!parts.headers.contains_key(AUTHORIZATION)).then(|| door_of(&parts));
    let JsonOrUntyped(asked) = body_of(Request::from_parts(parts, body)).await?;
    if asked.password.is_some() {
        return Err(Refused::invalid("`password` no se recibe aquí: envíe solo `mi_pin`."));
    }
    let Some(mi_pin) = asked.mi_pin else {
        return Err(Refused::invalid("Falta el campo `mi_pin`."));
    };
    let bank = settings.bank_of(asked.bank.as_deref());
    let bank = bank.ok_or_else(|| Refused::invalid("`bank` no es un banco del catálogo."))?;
    let rut = Rut::parse(&asked.rut).map_err(|error| wrong_rut("rut", error))?;
    if !(1..=MAX_FINGERPRINT_BYTES).contains(&asked.device_fingerprint.len()) {
        return Err(Refused::invalid("`device_fingerprint` tiene de 1 a 512 bytes."));
    }
    // Before anything is written down of somebody who has shown nothing.
    if let Some(door) = door {
        door.knock_for(rut)?;
    }
    let engine = gate.engine().clone();
    let pin = pin::opened(&engine, &who, &settings, (&mi_pin, SentFor::Opening)).await?;
    let institution = side(&bank, rut);
    let entry = Entry { institution, rut, pin, fingerprint: asked.device_fingerprint, device };
    // A caller that goes away does not leave the mandate of its call behind.
    let work = tokio::spawn(async move { enter(&engine, &who, &entry).await });
    work.await.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Err(EngineError::Interrupted.into()),
    })
}

async fn body_of(request: Request) -> Result<JsonOrUntyped<Asked>, Refused> {
    use axum::extract::FromRequest;
    Ok(JsonOrUntyped::from_request(request, &()).await?)
}

/// Asks the bank, and begins the link that the session stands for: a wrong PIN never takes the place of
/// a right one.
async fn enter(engine: &Engine, who: &Principal, entry: &Entry) -> Result<SessionTokens, Refused> {
    let fields = BTreeMap::from([
        ("rut".to_owned(), Secret::new(entry.rut.compact())),
        ("mi_pin".to_owned(), Secret::new(entry.pin.expose().clone())),
    ]);
    let asked = engine.mint::<RequestId>().to_string();
    let evidence = readings::evidence(
        AUDIENCE.name(),
        &format!("{asked}\n{}", entry.fingerprint),
        &entry.institution,
        entry.rut,
        engine.now(),
    );
    let call = Call {
        institution: entry.institution.clone(),
        rut: entry.rut,
        fields: &fields,
        evidence: evidence.as_slice(),
        lasts: CALL_LASTS,
        threshold: readings::THRESHOLD,
        task: None,
    };
    let wanted = |_| Wanted::at_once(ReadScope::ACCOUNTS);
    let accepted = engine.request_call(who, &call, wanted).await?;
    let read = until_read(engine, accepted.reading).await;
    let link = match read {
        Ok(()) => begun(engine, who, entry, (&fields, evidence.as_slice())).await,
        Err(refused) => Err(with_end(engine, who, entry, refused).await?),
    };
    if let Err(error) = engine.end_call(who, accepted.mandate).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(consent = %accepted.mandate, error, "mibanco.mandate.not_ended");
    }
    let link = link?;
    let tokens = engine.open_device_session(who, AUDIENCE, link, &entry.device).await?;
    screens::note(engine, &tokens.session, ("mibanco.session", screens::LOGIN));
    Ok(tokens)
}

/// What a bank says of a lock, with the end of ours where it names none.
async fn with_end(
    engine: &Engine,
    who: &Principal,
    entry: &Entry,
    refused: Refused,
) -> Result<Refused, Refused> {
    if !refused.is_lock_without_end() {
        return Ok(refused);
    }
    let until = engine.locked_until(who, &entry.institution, entry.rut).await?;
    Ok(match until {
        Some(until) => refused.until(until),
        None => refused,
    })
}

async fn begun(
    engine: &Engine,
    who: &Principal,
    entry: &Entry,
    (fields, evidence): (&BTreeMap<String, Secret<String>>, &[u8]),
) -> Result<LinkId, Refused> {
    let (institution, last) = (&entry.institution, last_day(engine.now(), MANDATE_DAYS));
    let tenant = engine.tenant_name(who).await?;
    let text =
        mandate_text(&tenant, institution, entry.rut, (DEVICE_PURPOSE, PaysFor::Holder), last);
    // What they are told that they allow, and what shows that they signed in: see `readings::evidence`.
    let evidence = [text.as_bytes(), b"\n", evidence].concat();
    let expires_at = Some(santiago::end_of_day(last));
    let mandate = Mandate { purpose: DEVICE_PURPOSE, evidence: &evidence, expires_at };
    let wanted = NewLink {
        institution: institution.clone(),
        rut: entry.rut,
        fields,
        mandate,
        proven: true,
        pays: PaysFor::Holder,
    };
    Ok(engine.begin_link_signing_in(who, &wanted).await?.id)
}

/// What is wrong with a RUT, and in which field, for people.
pub fn wrong_rut(field: &str, error: RutError) -> Refused {
    Refused::invalid(match error {
        RutError::WrongDigit { expected } | RutError::WrongLastDigit { expected } => {
            format!("`{field}`: el dígito verificador no corresponde, debería ser {expected}.")
        }
        _ => format!("`{field}` debe tener una forma como 12.345.678-5."),
    })
}
