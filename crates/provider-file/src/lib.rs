//! Statement files of Chilean banks as a connector.
//!
//! [`StatementFiles`] tells a file by its content, opens its container and hands it to the layout
//! whose signature it bears. A layout is one module under `layouts/` and one line in its table.
//! Facts about the banks' layouts, with how well each is known, are in `docs/statement-files.md`.

mod amount;
mod chain;
mod connector;
mod container;
mod day;
mod heading;
mod label;
mod layouts;
pub mod limits;
mod line;
mod mapped;
mod ofx;
mod refusal;
mod sheet;
mod text;

pub use connector::StatementFiles;
