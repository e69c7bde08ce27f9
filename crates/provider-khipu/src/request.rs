//! Requests, read strictly: a caller that misspells a member is told so, instead of being served
//! something else than it asked for.

mod body;
mod error;
mod period;
pub(crate) mod raw;
mod sound;

use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Rut, Secret};

pub use error::RequestError;
pub use period::{Days, Months};

use raw::{Object, RawCredential, RawRequest, RawToken};

/// Largest body, bytes. The largest right one has less than half of it.
pub const MAX_BODY_BYTES: usize = 16 << 10;

/// Longest `AccountNumber`, characters, as the document says.
pub const MAX_ACCOUNT_NUMBER: usize = 20;

/// Longest `CallbackUrl`, characters, as the document says.
pub const MAX_CALLBACK_URL: usize = 255;

/// Longest `Username`, characters, as the document says: a RUT with its dots.
pub const MAX_USERNAME: usize = 12;

/// Longest `Password`, characters, as the document says.
pub const MAX_PASSWORD: usize = 24;

/// Longest `AccountLink`, characters. Ours; the document's example has 93.
pub const MAX_ACCOUNT_LINK: usize = 4096;

/// Most months that one call asks for: all that a link holds at first.
pub const MAX_MONTHS: i32 = 36;

/// Most days that one call asks for: those of [`MAX_MONTHS`].
pub const MAX_DAYS: i32 = 1_096;

/// The body of every operation but `token`.
pub struct Request {
    /// The account that is meant.
    pub account: Option<AccountNumber>,
    /// Its currency, where several accounts have the number.
    pub currency: Option<Currency>,
    /// On whose behalf.
    pub credential: Option<Credential>,
    /// Where the result goes, if not into the answer. Only its form is known to be good.
    pub callback_url: Option<String>,
    pub(crate) booking_date_start: Option<String>,
    pub(crate) booking_date_end: Option<String>,
}

/// How the end user is named.
pub enum Credential {
    /// What `token` gave.
    Link(Secret<String>),
    /// What the bank asks for.
    Login(Login),
}

/// User and password at a bank.
pub struct Login {
    /// The user: a RUT, at every bank of Chile.
    pub username: Rut,
    /// The password as it was sent.
    pub password: Secret<String>,
}

/// The body of `token`.
pub struct TokenRequest {
    /// What the link is to stand for.
    pub login: Login,
    /// Where the result goes, if not into the answer. Only its form is known to be good.
    pub callback_url: Option<String>,
}

impl Request {
    /// Reads a body that came with this `Content-Type`.
    pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, RequestError> {
        let Object(raw) = body::read::<RawRequest>(content_type, body)?;
        let Object(data) = raw.request_data;
        Ok(Self {
            account: data.account_number.as_deref().map(account).transpose()?,
            currency: data.currency.as_deref().map(currency).transpose()?,
            credential: data.account_credential.map(|Object(one)| credential(one)).transpose()?,
            callback_url: raw.callback_url.map(callback_url).transpose()?,
            booking_date_start: data.booking_date_start,
            booking_date_end: data.booking_date_end,
        })
    }

    /// The account, which this operation cannot do without.
    pub fn required_account(&self) -> Result<&AccountNumber, RequestError> {
        self.account.as_ref().ok_or(RequestError::Missing { member: "AccountNumber" })
    }

    /// The credential, which a token without a login of its own cannot do without.
    pub fn required_credential(&self) -> Result<&Credential, RequestError> {
        self.credential.as_ref().ok_or(RequestError::Missing { member: "AccountCredential" })
    }
}

impl TokenRequest {
    /// Reads a body that came with this `Content-Type`.
    pub fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, RequestError> {
        let Object(raw) = body::read::<RawToken>(content_type, body)?;
        let login = login(raw.username, raw.password)?;
        Ok(Self { login, callback_url: raw.callback_url.map(callback_url).transpose()? })
    }
}

fn account(text: &str) -> Result<AccountNumber, RequestError> {
    within("AccountNumber", text, MAX_ACCOUNT_NUMBER)?;
    AccountNumber::parse(text).map_err(|error| RequestError::value("AccountNumber", &error))
}

fn currency(text: &str) -> Result<Currency, RequestError> {
    Currency::parse(text).map_err(|_| RequestError::Currency)
}

fn callback_url(text: String) -> Result<String, RequestError> {
    within("CallbackUrl", &text, MAX_CALLBACK_URL)?;
    let (_, rest) = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| text.strip_prefix(scheme).map(|rest| (scheme, rest)))
        .ok_or(RequestError::value("CallbackUrl", &"it must begin with https:// or http://"))?;
    let spaced = text.chars().any(|c| c.is_whitespace() || c.is_control());
    if spaced || rest.is_empty() || rest.starts_with('/') {
        return Err(RequestError::value("CallbackUrl", &"it must be a URL with a host"));
    }
    Ok(text)
}

fn credential(raw: RawCredential) -> Result<Credential, RequestError> {
    let RawCredential { account_link, username, password } = raw;
    match (account_link, username, password) {
        (Some(link), None, None) => {
            within("AccountLink", link.expose(), MAX_ACCOUNT_LINK)?;
            Ok(Credential::Link(link))
        }
        (Some(_), _, _) => Err(RequestError::value(
            "AccountCredential",
            &"it holds either AccountLink or Username and Password",
        )),
        (None, username, password) => login(username, password).map(Credential::Login),
    }
}

fn login(
    username: Option<Secret<String>>,
    password: Option<Secret<String>>,
) -> Result<Login, RequestError> {
    let username = username.ok_or(RequestError::Missing { member: "Username" })?;
    let password = password.ok_or(RequestError::Missing { member: "Password" })?;
    within("Username", username.expose(), MAX_USERNAME)?;
    within("Password", password.expose(), MAX_PASSWORD)?;
    let rut = Rut::parse(username.expose());
    let username = rut.map_err(|error| RequestError::value("Username", &error))?;
    Ok(Login { username, password })
}

fn within(member: &'static str, text: &str, longest: usize) -> Result<(), RequestError> {
    let length = text.chars().take(longest + 1).count();
    if (1..=longest).contains(&length) {
        return Ok(());
    }
    Err(RequestError::value(member, &format_args!("it must have 1 to {longest} characters")))
}
