//! What a connector is: it reads what it is given, opens sessions at institutions, or both.
//!
//! A connector turns what an institution says into canonical terms. Decoding is pure: bytes in,
//! [`Batch`]es out, no clock, no network, no store. Where data is pulled, a [`Session`] offers what
//! the institution has, each thing as a trait of its own; requests are made and answers understood
//! by pure functions, and an [`Endpoint`] sends, through the layers of [`layer`], which are written
//! once. Connectors are kept in a [`Registry`], the one place that knows which there are.

mod batch;
mod connector;
mod context;
mod credential;
mod endpoint;
mod error;
mod exchange;
mod failure;
pub mod layer;
mod quota;
mod registry;
pub mod session;
#[cfg(feature = "test-kit")]
pub mod test_kit;
mod transport;

pub use batch::{AccountClaim, Batch, Holder, Line, Warning};
pub use connector::{
    Connector, Layout, MAX_BATCHES, MAX_MAPPING_BYTES, MAX_SOURCE_BYTES, Manifest, Provenance,
    Recognition, Served, SourceFile,
};
pub use context::{Context, Deadline, DeviceId, DeviceIdError, Doorkeeper, MAX_DEVICE_ID};
pub use credential::{
    Credential, CredentialField, CredentialForm, CredentialRefusal, CredentialSchema, FieldKind,
};
pub use endpoint::{BaseUrl, BaseUrlError, Endpoint};
pub use error::{DecodeError, DecodeErrorKind, Place};
pub use exchange::{Answer, Exchange, Repeat, Request};
pub use failure::{ConnectorError, ErrorKind, RetryAdvice, USUAL_WAIT};
pub use layer::Policy;
pub use quota::Quota;
pub use registry::Registry;
pub use session::{LiveSession, Login, Opener, Product, Session};
pub use transport::{CONNECT_TIMEOUT, MAX_ANSWER_BYTES, Transport};

/// The types that requests and answers are made of.
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
