//! What an order is known by: the id that its caller made for it (`end_to_end_id`), or the key that it
//! came with. The same name is the same order, for ever.

use axum::http::HeaderMap;
use cartola_crypto::ContentHash;
use cartola_engine::Engine;
use cartola_http::once::IDEMPOTENCY_KEY;
use cartola_model::EndToEndId;
use cartola_primitives::id::{LinkId, RequestId};

use super::refused::Refused;

/// Longest `Idempotency-Key`, bytes.
const MAX_KEY_BYTES: usize = 255;

/// Digits of an id behind what it begins with: as many as an end-to-end id has.
const ID_DIGITS: usize = 32;

/// What the engine knows an order by: no other customer's. Ids of orders of two kinds begin otherwise.
pub fn case_of(link: LinkId, id: &str) -> String {
    format!("mibanco/{link}/{id}")
}

/// What came along with an order that names it.
pub struct Named<'a> {
    key: Option<&'a str>,
    end_to_end_id: Option<EndToEndId>,
}

impl<'a> Named<'a> {
    /// By the member of the body, or by the header. Two names are none.
    pub fn of(headers: &'a HeaderMap, end_to_end_id: Option<&str>) -> Result<Self, Refused> {
        let end_to_end_id = end_to_end_id.map(EndToEndId::parse).transpose().map_err(|_| {
            Refused::invalid("`end_to_end_id` tiene 32 dígitos hexadecimales en minúscula.")
        })?;
        let key = headers.get(IDEMPOTENCY_KEY).map(|value| {
            let text = value.to_str().ok().filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()));
            text.ok_or_else(|| Refused::invalid("Idempotency-Key tiene de 1 a 255 caracteres."))
        });
        let key = key.transpose()?;
        match (key, end_to_end_id) {
            (Some(key), Some(id)) if key != id.to_string() => Err(Refused::invalid(
                "Indique `end_to_end_id` o Idempotency-Key: la orden tiene un solo nombre.",
            )),
            (_, Some(_)) => Ok(Self { key: None, end_to_end_id }),
            (key, None) => Ok(Self { key, end_to_end_id }),
        }
    }

    /// The id of the order, which begins so: with the digits of the end-to-end id, with those that come
    /// of the key, which `space` keeps apart from equal keys elsewhere, or with some that nobody has.
    pub fn id(&self, engine: &Engine, prefix: &str, space: &str) -> String {
        let digits = match (self.end_to_end_id, self.key) {
            (Some(id), _) => id.to_string(),
            (None, Some(key)) => {
                let hash = ContentHash::of(format!("{space}\n{key}").as_bytes()).hex();
                hash[..ID_DIGITS].to_owned()
            }
            (None, None) => engine.mint::<RequestId>().hex(),
        };
        format!("{prefix}{digits}")
    }

    /// As it is told: where the caller named the order so.
    pub const fn end_to_end_id(&self) -> Option<EndToEndId> {
        self.end_to_end_id
    }
}

/// An order as a path names it.
pub struct InPath {
    /// The id, as the order was answered.
    pub id: String,
    /// The end-to-end id, where the path has that.
    pub end_to_end_id: Option<EndToEndId>,
}

impl InPath {
    /// By the id that begins so, or by the end-to-end id alone.
    pub fn of(prefix: &str, text: &str) -> Option<Self> {
        if let Ok(id) = EndToEndId::parse(text) {
            return Some(Self { id: format!("{prefix}{id}"), end_to_end_id: Some(id) });
        }
        EndToEndId::parse(text.strip_prefix(prefix)?).ok()?;
        Some(Self { id: text.to_owned(), end_to_end_id: None })
    }
}
