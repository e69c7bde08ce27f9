//! Who is logged in, and where. Tokens are opaque, bound to a device, and die with the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cartola_primitives::{Date, Randomness, SignedDuration, Timestamp};
use cartola_provider_mibanco::wire::ACCESS_TOKEN_SECONDS;

use crate::key::AccountKey;
use crate::movement::Movement;
use crate::world::Customer;

/// A refresh token is good for thirty days.
const REFRESH_TOKEN_HOURS: i64 = 30 * 24;
/// Most sessions at a time; the oldest gives way.
const MAX_SESSIONS: usize = 10_000;
/// Refresh tokens that are remembered as used, to end a session that somebody copied.
const MAX_USED: usize = 64;
const TOKEN_BYTES: usize = 32;

/// One reading of a statement, kept so that its pages are of one moment.
#[derive(Clone)]
pub(crate) struct Reading {
    pub key: AccountKey,
    pub days: (Date, Date),
    pub movements: Arc<[Movement]>,
}

/// One session.
struct Session {
    customer: Customer,
    device: String,
    access: String,
    access_ends: Timestamp,
    refresh: String,
    refresh_ends: Timestamp,
    used: Vec<String>,
    reading: Option<Reading>,
}

/// What a session is opened or renewed with.
pub(crate) struct Tokens {
    pub access: String,
    pub refresh: String,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenError {
    Unknown,
    OtherDevice,
}

/// All sessions, by a number that grows.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<u64, Session>>,
}

impl Sessions {
    pub(crate) fn open(
        &self,
        customer: Customer,
        device: &str,
        now: Timestamp,
        randomness: &dyn Randomness,
    ) -> Tokens {
        self.with(|open| {
            let number = open.last_key_value().map_or(1, |(number, _)| number + 1);
            while open.len() >= MAX_SESSIONS {
                open.pop_first();
            }
            let (access, refresh) =
                (token("at", number, randomness), token("rt", number, randomness));
            let session = Session {
                customer,
                device: device.to_owned(),
                access: access.clone(),
                access_ends: after(now, i64::from(ACCESS_TOKEN_SECONDS)),
                refresh: refresh.clone(),
                refresh_ends: after(now, REFRESH_TOKEN_HOURS * 3_600),
                used: Vec::new(),
                reading: None,
            };
            open.insert(number, session);
            Tokens { access, refresh }
        })
    }

    /// Whose access token it is.
    pub(crate) fn customer(
        &self,
        access: &str,
        device: &str,
        now: Timestamp,
    ) -> Result<Customer, TokenError> {
        self.with(|open| Ok(valid(open, access, device, now)?.customer.clone()))
    }

    /// New tokens for a refresh token that was not used before. One that was ends the session.
    pub(crate) fn renew(
        &self,
        refresh: &str,
        device: &str,
        now: Timestamp,
        randomness: &dyn Randomness,
    ) -> Result<(Customer, Tokens), TokenError> {
        self.with(|open| {
            let number = number_of(refresh).ok_or(TokenError::Unknown)?;
            let session = open.get_mut(&number).ok_or(TokenError::Unknown)?;
            if session.used.iter().any(|used| used == refresh) {
                open.remove(&number);
                return Err(TokenError::Unknown);
            }
            if session.refresh != refresh || now >= session.refresh_ends {
                return Err(TokenError::Unknown);
            }
            if session.device != device {
                return Err(TokenError::OtherDevice);
            }
            let tokens = Tokens {
                access: token("at", number, randomness),
                refresh: token("rt", number, randomness),
            };
            session.access.clone_from(&tokens.access);
            session.access_ends = after(now, i64::from(ACCESS_TOKEN_SECONDS));
            session.used.push(std::mem::replace(&mut session.refresh, tokens.refresh.clone()));
            if session.used.len() > MAX_USED {
                session.used.remove(0);
            }
            session.refresh_ends = after(now, REFRESH_TOKEN_HOURS * 3_600);
            Ok((session.customer.clone(), tokens))
        })
    }

    /// Ends a session; what has ended stays so.
    pub(crate) fn end(&self, access: &str) {
        self.with(|open| {
            let number = number_of(access).unwrap_or_default();
            if open.get(&number).is_some_and(|session| session.access == access) {
                open.remove(&number);
            }
        });
    }

    /// The reading that a session is in the middle of.
    pub(crate) fn reading(&self, access: &str) -> Option<Reading> {
        self.with(|open| open.get(&number_of(access)?)?.reading.clone())
    }

    /// Keeps what a session is reading.
    pub(crate) fn keep_reading(&self, access: &str, reading: Option<Reading>) {
        self.with(|open| {
            let number = number_of(access).unwrap_or_default();
            if let Some(session) = open.get_mut(&number) {
                session.reading = reading;
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u64, Session>) -> T) -> T {
        // A session is whole at every moment.
        work(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn valid<'a>(
    open: &'a BTreeMap<u64, Session>,
    access: &str,
    device: &str,
    now: Timestamp,
) -> Result<&'a Session, TokenError> {
    let session = number_of(access).and_then(|number| open.get(&number));
    let session = session.filter(|session| session.access == access && now < session.access_ends);
    match session {
        None => Err(TokenError::Unknown),
        Some(session) if session.device != device => Err(TokenError::OtherDevice),
        Some(session) => Ok(session),
    }
}

/// Such as `at_17_…`: the kind, the session's number, and what nobody can guess.
fn token(kind: &str, number: u64, randomness: &dyn Randomness) -> String {
    let mut bytes = [0; TOKEN_BYTES];
    randomness.fill(&mut bytes);
    format!("{kind}_{number}_{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
}

fn number_of(token: &str) -> Option<u64> {
    token.split('_').nth(1)?.parse().ok()
}

fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
