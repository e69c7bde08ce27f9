//! The page of a payer.

use serde::Serialize;

/// *Simple PIS Bank transfer iFrame solution*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Iframe {
    /// An element of HTML, whose page takes the payer through their bank.
    pub iframe: String,
}

impl Iframe {
    /// Of a page's address, which has nothing in it that HTML would take for something else.
    pub fn of(page: &str) -> Self {
        let iframe =
            format!("<iframe src='{page}' frameborder='0' width='375' height='667' ></iframe>");
        Self { iframe }
    }
}
