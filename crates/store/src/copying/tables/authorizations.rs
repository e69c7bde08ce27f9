//! Phones, what is approved on them, and who was paid by it.

use super::{Table, bytes, id, integer, text};

/// `enrolment`.
pub static ENROLMENT: Table = Table {
    name: "enrolment",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("person"),
        text("proof"),
        bytes("evidence"),
        bytes("code"),
        integer("created_at"),
        text("state"),
        text("standing"),
        integer("changed_at"),
        id("phone_key"),
        integer("phone_schema"),
        bytes("phone_sealed"),
        integer("version"),
    ],
};

/// `authorized`; `authorization` is a word of SQL.
pub static AUTHORIZATION: Table = Table {
    name: "authorized",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("person"),
        id("enrolment"),
        text("kind"),
        text("channel"),
        integer("amount"),
        text("currency"),
        bytes("case_key"),
        bytes("case_fingerprint"),
        integer("created_at"),
        id("content_key"),
        integer("content_schema"),
        bytes("content_sealed"),
        text("state"),
        text("standing"),
        integer("changed_at"),
        id("signature_key"),
        integer("signature_schema"),
        bytes("signature_sealed"),
        id("next_id"),
        text("next_kind"),
        id("next_key"),
        integer("next_schema"),
        bytes("next_sealed"),
        integer("version"),
    ],
};

/// `known_payee`.
pub static KNOWN_PAYEE: Table = Table {
    name: "known_payee",
    key: 3,
    columns: &[
        id("tenant"),
        id("person"),
        bytes("payee"),
        id("authorization_id"),
        integer("since"),
    ],
};
