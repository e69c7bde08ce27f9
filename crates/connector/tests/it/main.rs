//! Layers, transport and credentials.
