//! What a connector is: manifest, recognition and decoding into a batch.
//!
//! A connector turns what an institution says into canonical terms. Decoding is pure: bytes in,
//! [`Batch`]es out, no clock, no network, no store. Connectors are kept in a [`Registry`], the one
//! place that knows which there are.

mod batch;
mod connector;
mod error;
mod registry;

pub use batch::{AccountClaim, Batch, Holder, Line, Warning};
pub use connector::{
    Connector, Layout, MAX_BATCHES, MAX_MAPPING_BYTES, MAX_SOURCE_BYTES, Manifest, Provenance,
    Recognition, SourceFile,
};
pub use error::{DecodeError, DecodeErrorKind, Place};
pub use registry::Registry;
