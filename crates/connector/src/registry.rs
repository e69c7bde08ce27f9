//! The connectors that this process has.

use std::sync::Arc;

use crate::{Batch, Connector, DecodeError, DecodeErrorKind, Place, Recognition, SourceFile};

/// All connectors, filled once by the binary.
#[derive(Clone, Default)]
pub struct Registry {
    connectors: Vec<Arc<dyn Connector>>,
}

impl Registry {
    /// One more connector.
    #[must_use]
    pub fn with(mut self, connector: Arc<dyn Connector>) -> Self {
        self.connectors.push(connector);
        self
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Connector> {
        self.connectors.iter().map(AsRef::as_ref)
    }

    /// Decodes a source by the connector that is surest of it.
    pub fn decode(&self, file: &SourceFile<'_>) -> Result<Vec<Batch>, DecodeError> {
        self.iter()
            .map(|connector| (connector.recognise(file), connector))
            .filter(|(recognition, _)| *recognition > Recognition::No)
            .max_by_key(|(recognition, _)| *recognition)
            .ok_or_else(unrecognised)
            .and_then(|(_, connector)| connector.decode(file))
    }
}

fn unrecognised() -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Unrecognised,
        Place::File,
        "this is none of the statement formats that are known; export it again as XLS, XLSX, OFX or CSV",
    )
}
