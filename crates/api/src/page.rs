//! Pages of lists that are ordered by id.

use cartola_engine::rows::Page;
use cartola_http::cursor::{Cursor, List as CursorList, MAX_CURSOR_CHARACTERS};
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Problem, parse};
use cartola_model::Principal;
use cartola_primitives::id::{ID_BYTES, TypedId};
use serde::Serialize;
use utoipa::IntoParams;

use crate::wire::List;

/// Rows of a page at most.
pub const MAX_LIMIT: usize = 500;

/// Rows of a page where nothing is said.
pub const DEFAULT_LIMIT: usize = 100;

/// Which page is asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageAsked {
    /// Rows of the page at most.
    #[param(required = false, minimum = 1, maximum = 500, default = 100)]
    pub limit: usize,
    /// The `next_cursor` of the page before.
    #[param(required = false, value_type = String, max_length = 104)]
    pub cursor: Option<Cursor>,
}

const _: () = assert!(MAX_CURSOR_CHARACTERS == 104, "the document says so");

impl FromQuery for PageAsked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self {
            limit: parameters
                .optional("limit", parse::whole(1..=MAX_LIMIT))?
                .unwrap_or(DEFAULT_LIMIT),
            cursor: parameters.optional("cursor", Cursor::parse)?,
        })
    }
}

impl PageAsked {
    /// The id after which the page begins.
    pub fn after<I: TypedId>(&self, list: CursorList<'_>) -> Result<Option<I>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let position: Result<[u8; ID_BYTES], _> = cursor.open(list)?.try_into();
        let bytes = position.map_err(|_| {
            Problem::internal("a sealed cursor holds something else than an id".to_owned())
        })?;
        Ok(Some(I::from_bytes(bytes)))
    }
}

/// A list of a tenant without filters.
pub fn unfiltered(name: &'static str, who: &Principal) -> CursorList<'static> {
    CursorList { name, tenant: who.tenant, filters: b"" }
}

/// A page of rows as it is sent.
pub fn shown<Row, I: TypedId, T: Serialize>(
    page: Page<Row, I>,
    list: CursorList<'_>,
    view: impl Fn(Row) -> T,
) -> List<T> {
    List {
        data: page.rows.into_iter().map(view).collect(),
        next_cursor: next_cursor(page.next, list),
    }
}

/// The cursor behind a page.
pub fn next_cursor<I: TypedId>(next: Option<I>, list: CursorList<'_>) -> Option<String> {
    next.map(|id| Cursor::new(list, id.as_bytes()).as_str().to_owned())
}
