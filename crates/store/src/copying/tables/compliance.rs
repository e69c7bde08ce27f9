//! Anchors of audit trails, and matters.

use super::{Table, bytes, id, integer, text};

/// `audit_anchor`.
pub static AUDIT_ANCHOR: Table = Table {
    name: "audit_anchor",
    key: 2,
    columns: &[
        id("tenant"),
        integer("number"),
        integer("day"),
        integer("sequence"),
        bytes("hash"),
        integer("made_at"),
        text("signed"),
    ],
};

/// `matter`.
pub static MATTER: Table = Table {
    name: "matter",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("kind"),
        id("person"),
        bytes("subject"),
        integer("opened_at"),
        text("state"),
        integer("due_at"),
        id("content_key"),
        integer("content_schema"),
        bytes("content_sealed"),
        integer("version"),
    ],
};
