//! Payments, the pages on which they are begun, and what many are asked for with.

use super::{Table, bytes, id, integer, text};

/// `payment`.
pub static PAYMENT: Table = Table {
    name: "payment",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("institution"),
        id("person"),
        id("link"),
        id("mandate"),
        integer("amount"),
        text("currency"),
        bytes("end_to_end"),
        bytes("case_key"),
        bytes("case_fingerprint"),
        integer("created_at"),
        text("state"),
        text("standing"),
        integer("changed_at"),
        id("order_key"),
        integer("order_schema"),
        bytes("order_sealed"),
        id("credentials_key"),
        integer("credentials_schema"),
        bytes("credentials_sealed"),
        bytes("page"),
        integer("page_expires_at"),
        text("bank_reference"),
        id("next_id"),
        text("next_kind"),
        id("next_key"),
        integer("next_schema"),
        bytes("next_sealed"),
        integer("version"),
    ],
};

/// `checkout`.
pub static CHECKOUT: Table = Table {
    name: "checkout",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        bytes("token"),
        bytes("case_key"),
        bytes("case_fingerprint"),
        integer("amount"),
        text("currency"),
        id("order_key"),
        integer("order_schema"),
        bytes("order_sealed"),
        integer("created_at"),
        integer("expires_at"),
        text("state"),
        text("standing"),
        integer("changed_at"),
        id("next_id"),
        text("next_kind"),
        id("next_key"),
        integer("next_schema"),
        bytes("next_sealed"),
        integer("version"),
    ],
};

/// `payout`.
pub static PAYOUT: Table = Table {
    name: "payout",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("list"),
        bytes("case_key"),
        bytes("case_fingerprint"),
        integer("created_at"),
        id("order_key"),
        integer("order_schema"),
        bytes("order_sealed"),
    ],
};
