//! What the HTTP rooms share, without a server.
