//! What banks are told to do beside transfers.

use super::{Table, bytes, id, integer, text};

/// `instruction`.
pub static INSTRUCTION: Table = Table {
    name: "instruction",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("kind"),
        text("institution"),
        id("person"),
        id("link"),
        id("mandate"),
        integer("amount"),
        text("currency"),
        bytes("about"),
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
        id("code_key"),
        integer("code_schema"),
        bytes("code_sealed"),
        text("bank_reference"),
        id("next_id"),
        text("next_kind"),
        id("next_key"),
        integer("next_schema"),
        bytes("next_sealed"),
        integer("version"),
    ],
};
