//! Requests. Pure: values in, bytes out.

use cartola_connector::{ConnectorError, Credential, ErrorKind, HeaderValue, Method, Request};
use cartola_model::AccountNumber;
use cartola_primitives::Rut;
use serde_json::{Map, Value};

use super::names::Names;
use super::{ATTORNEYS, TOKEN};
use crate::client::encode::json;

/// Seeing whether the gateway lets somebody in.
pub const OPEN: &str = "apistore_gateway.open";
/// Reading movements of an account.
pub const MOVEMENTS: &str = "apistore_gateway.movements";

/// Movements of a page.
pub const PAGE: usize = 100;

/// Most RUTs of those who may act for a company.
const MAX_ATTORNEYS: usize = 10;

/// The RUTs of those who act for a company, with commas between them; why there are none.
pub fn attorneys(text: &str) -> Result<Vec<Rut>, &'static str> {
    let ruts: Result<Vec<Rut>, _> = text.split(',').map(Rut::parse).collect();
    let ruts = ruts.ok().filter(|ruts| ruts.len() <= MAX_ATTORNEYS);
    ruts.ok_or("the attorneys are no list of 1 to 10 RUTs with commas between them")
}

/// Who asks, as every request names them.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Whose accounts they are.
    pub holder: Rut,
    /// Who acts for them.
    pub attorneys: Vec<Rut>,
}

impl Asker {
    /// As a credential names them.
    pub fn of(credential: &Credential) -> Result<Self, ConnectorError> {
        let field = |name: &str| credential.field(name).map(|value| value.expose().as_str());
        let holder = field("rut").and_then(|text| Rut::parse(text).ok());
        let holder = holder.ok_or_else(|| incomplete("the credentials have no valid RUT"))?;
        let attorneys = attorneys(field(ATTORNEYS).unwrap_or_default()).map_err(incomplete)?;
        Ok(Self { holder, attorneys })
    }

    /// Those who act, as the gateway takes them: `[{"value": "…"}]`.
    pub fn attorneys(&self, names: &Names) -> Value {
        let one = |rut: &Rut| object([(names.of("attorney"), rut.compact().into())]);
        self.attorneys.iter().map(one).collect()
    }
}

/// An object of these members.
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Asks for so many movements of an account, from an offset on.
pub fn movements(
    operation: &'static str,
    (names, asker): (&Names, &Asker),
    account: &AccountNumber,
    (count, offset): (usize, usize),
) -> Result<Request, ConnectorError> {
    let body = object([
        (names.of("holder"), asker.holder.compact().into()),
        (names.of("product"), names.of("product_value").into()),
        (names.of("account"), account.digits().into()),
        (names.of("attorneys"), asker.attorneys(names)),
        (names.of("count"), count.to_string().into()),
        (names.of("offset"), offset.into()),
    ]);
    json(Request::new(operation, Method::POST, names.path("movements_path")), &body)
}

/// The request as the client sends it.
pub fn authorised(
    request: Request,
    names: &Names,
    credential: &Credential,
) -> Result<Request, ConnectorError> {
    let secret = |field: &str| {
        let value = credential.field(field).map(|value| HeaderValue::from_str(value.expose()));
        let mut value = value
            .and_then(Result::ok)
            .ok_or_else(|| incomplete("client_id or client_secret cannot stand in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    };
    let token = credential.field(TOKEN).ok_or_else(|| incomplete("there is no token"))?;
    request
        .with_header(names.header("client_id_header"), secret("client_id")?)
        .with_header(names.header("client_secret_header"), secret("client_secret")?)
        .with_bearer(token)
}

fn incomplete(reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::RequestInvalid, OPEN, reason).before_sending()
}
