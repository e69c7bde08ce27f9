//! Values that go to PostgreSQL, in its binary form.
//!
//! One type for all, so that what a unit of work is to do is plain data until it is sent. An integer
//! takes the width of the column that it goes to.

use std::error::Error;
use std::fmt;

use bytes::{BufMut, BytesMut};
use cartola_crypto::{Digest, Sealed};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{
    AccountId, ArchiveId, AuthorizationId, CheckoutId, ConsentId, ConsentSetId, CredentialId,
    DataKeyId, EnrolmentId, EpochId, ID_BYTES, ImportId, InstructionId, JobId, LeaseId, LinkId,
    MatterId, MessageId, MovementId, PaymentId, PayoutId, PersonId, RecordId, SourceId, TaskId,
    TenantId, TypedId,
};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, to_sql_checked};

/// A value of a parameter.
#[derive(Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An id, as a `uuid`.
    Id([u8; ID_BYTES]),
    /// Several, as an array; none of them an array itself.
    List(Vec<Value>),
}

/// The client logs the parameters of a statement when it logs at all: what they say stays out of it.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

impl Value {
    /// The id, or the nil `uuid` where there is none.
    pub fn id_or_nil<I: TypedId>(id: Option<&I>) -> Self {
        Self::Id(id.map_or([0; ID_BYTES], |id| *id.as_bytes()))
    }

    /// An id.
    pub fn id<I: TypedId>(id: &I) -> Self {
        Self::Id(*id.as_bytes())
    }

    /// Ids, as an array.
    pub fn ids<'a, I: TypedId>(ids: impl IntoIterator<Item = &'a I>) -> Self {
        Self::List(ids.into_iter().map(Self::id).collect())
    }

    /// A word.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The three columns of a sealed value that may be absent.
    pub fn sealed(sealed: Option<&Sealed>) -> [Self; 3] {
        match sealed {
            Some(sealed) => [
                Self::id(&sealed.key),
                Self::from(sealed.schema),
                Self::Bytes(sealed.bytes.clone()),
            ],
            None => [Self::Null, Self::Null, Self::Null],
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty),+) => {
        $(impl From<$integer> for Value {
            fn from(integer: $integer) -> Self {
                Self::Integer(i64::from(integer))
            }
        })+
    };
}

from_integer!(u8, u16, i32, u32, i64);

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&Digest> for Value {
    fn from(digest: &Digest) -> Self {
        Self::Bytes(digest.as_bytes().to_vec())
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Integer(at.as_microsecond())
    }
}

macro_rules! from_id {
    ($($id:ty),+ $(,)?) => {
        $(impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::id(id)
            }
        })+
    };
}

from_id!(
    AccountId,
    ArchiveId,
    AuthorizationId,
    CheckoutId,
    ConsentId,
    ConsentSetId,
    CredentialId,
    DataKeyId,
    EnrolmentId,
    EpochId,
    ImportId,
    InstructionId,
    JobId,
    LeaseId,
    LinkId,
    MatterId,
    MessageId,
    MovementId,
    PaymentId,
    PayoutId,
    PersonId,
    RecordId,
    SourceId,
    TaskId,
    TenantId,
);

impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

/// A list of values of different types.
macro_rules! values {
    ($($value:expr),* $(,)?) => { Vec::<$crate::value::Value>::from([$($crate::value::Value::from($value)),*]) };
}
pub(crate) use values;

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Integer(integer) => put_integer(*integer, kind, out)?,
            Self::Flag(flag) if *kind == Type::BOOL => out.put_u8(u8::from(*flag)),
            Self::Text(text) if *kind == Type::TEXT => out.put_slice(text.as_bytes()),
            Self::Bytes(bytes) if *kind == Type::BYTEA => out.put_slice(bytes),
            Self::Id(id) if *kind == Type::UUID => out.put_slice(id),
            Self::List(values) if matches!(kind.kind(), Kind::Array(_)) => {
                return values.to_sql(kind, out);
            }
            _ => return Err(format!("another value than a parameter of type {kind} takes").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn put_integer(
    integer: i64,
    kind: &Type,
    out: &mut BytesMut,
) -> Result<(), Box<dyn Error + Sync + Send>> {
    match *kind {
        Type::INT2 => out.put_i16(i16::try_from(integer)?),
        Type::INT4 => out.put_i32(i32::try_from(integer)?),
        Type::INT8 => out.put_i64(integer),
        _ => return Err(format!("an integer for {kind}").into()),
    }
    Ok(())
}
