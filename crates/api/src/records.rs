//! Records of products.

pub mod list;
pub mod read;
pub mod view;
