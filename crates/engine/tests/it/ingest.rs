//! What several statements of one account come to.

mod book;
mod cases;
mod evidence;
mod properties;
mod standing;
