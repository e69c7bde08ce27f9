//! Who the customer is.

use std::fmt;

use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};

use super::CustomerSegment;
use super::text;

/// 200 of `GET profile`: national id, masked e-mail and mobile, segment. `Debug` shows the segment
/// alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The customer's RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The name, given names first.
    pub name: String,
    /// Such as `ma***@correo.cl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_email: Option<String>,
    /// Such as `+56 9 **** 1234`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked_mobile: Option<String>,
    /// The kind of customer.
    pub customer_segment: CustomerSegment,
}

impl fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Profile")
            .field("customer_segment", &self.customer_segment)
            .finish_non_exhaustive()
    }
}
