//! Which tables a store has, with all their columns.
//!
//! A column that is added to a table of a backend is added here, once for all; the test
//! `every_column_is_copied` of each backend fails until it is.

mod authorizations;
mod compliance;
mod instructions;
mod payments;

use super::row::{Column, Kind, Table};

pub use authorizations::{AUTHORIZATION, ENROLMENT, KNOWN_PAYEE};
pub use compliance::{AUDIT_ANCHOR, MATTER};
pub use instructions::INSTRUCTION;
pub use payments::{CHECKOUT, PAYMENT, PAYOUT};

const fn id(name: &'static str) -> Column {
    Column { name, kind: Kind::Id }
}

const fn id_or_none(name: &'static str) -> Column {
    Column { name, kind: Kind::IdOrNone }
}

const fn bytes(name: &'static str) -> Column {
    Column { name, kind: Kind::Bytes }
}

const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

const fn integer(name: &'static str) -> Column {
    Column { name, kind: Kind::Integer }
}

const fn flag(name: &'static str) -> Column {
    Column { name, kind: Kind::Flag }
}

/// All of them, in the order in which they are copied.
pub static TABLES: [&Table; 44] = [
    &INSTALLATION_SECRET,
    &SIGNING_KEY,
    &RETENTION,
    &INSTITUTION_QUOTA,
    &TENANT,
    &TENANT_HEAD,
    &CREDENTIAL,
    &DATA_KEY,
    &PERSON,
    &LINK,
    &LINK_SECRET,
    &CONSENT,
    &CONSENT_SET,
    &ACCOUNT,
    &LINK_ACCOUNT,
    &BALANCE,
    &MOVEMENT,
    &SOURCE,
    &FEED,
    &FEED_FORGOTTEN,
    &ALIAS,
    &IMPORT,
    &SIGHTING,
    &RECORD,
    &TASK,
    &PAYMENT,
    &CHECKOUT,
    &PAYOUT,
    &INSTRUCTION,
    &ENROLMENT,
    &AUTHORIZATION,
    &KNOWN_PAYEE,
    &MATTER,
    &READING,
    &SIGN_INS,
    &AUDIT,
    &AUDIT_ANCHOR,
    &ANSWER,
    &JOB,
    &JOB_TURN,
    &MESSAGE,
    &MESSAGE_ATTEMPT,
    &DESTINATION_DISABLED,
    &ARCHIVE,
];

/// `installation_secret`.
pub static INSTALLATION_SECRET: Table = Table {
    name: "installation_secret",
    key: 1,
    columns: &[text("name"), bytes("wrapped_master"), bytes("wrapped")],
};

/// `signing_key`.
pub static SIGNING_KEY: Table = Table {
    name: "signing_key",
    key: 1,
    columns: &[
        integer("sequence"),
        text("id"),
        text("algorithm"),
        bytes("wrapped_master"),
        bytes("wrapped"),
        integer("created_at"),
    ],
};

/// `tenant`.
pub static TENANT: Table =
    Table { name: "tenant", key: 1, columns: &[id("tenant"), text("name"), integer("created_at")] };

/// The last position of the change feed and the end of the audit chain; one row for each tenant.
pub static TENANT_HEAD: Table = Table {
    name: "tenant_head",
    key: 1,
    columns: &[
        id("tenant"),
        integer("feed_position"),
        integer("audit_sequence"),
        bytes("audit_hash"),
    ],
};

/// `credential`.
pub static CREDENTIAL: Table = Table {
    name: "credential",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        bytes("digest"),
        text("kind"),
        text("scopes"),
        id("secret_key"),
        integer("secret_schema"),
        bytes("secret_sealed"),
        integer("created_at"),
        integer("revoked_at"),
    ],
};

/// `data_key`.
pub static DATA_KEY: Table = Table {
    name: "data_key",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id_or_none("subject"),
        bytes("wrapped_master"),
        bytes("wrapped"),
        integer("created_at"),
    ],
};

/// `person`.
pub static PERSON: Table = Table {
    name: "person",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        bytes("lookup"),
        id("identity_key"),
        integer("identity_schema"),
        bytes("identity_sealed"),
        integer("created_at"),
        integer("version"),
    ],
};

/// `link`.
pub static LINK: Table = Table {
    name: "link",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("institution"),
        id_or_none("person"),
        text("source"),
        text("state"),
        integer("state_at"),
        integer("version"),
    ],
};

/// `link_secret`.
pub static LINK_SECRET: Table = Table {
    name: "link_secret",
    key: 2,
    columns: &[
        id("tenant"),
        id("link"),
        id("mandate"),
        integer("barred_since"),
        integer("barred_until"),
        id("secret_key"),
        integer("secret_schema"),
        bytes("secret_sealed"),
    ],
};

/// `consent`.
pub static CONSENT: Table = Table {
    name: "consent",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        integer("state"),
        integer("granted_at"),
        integer("ended_at"),
        integer("version"),
        text("kind"),
        id("person"),
        text("institution"),
        id("link"),
        text("purpose"),
        bytes("evidence"),
        text("recipient"),
        text("data"),
    ],
};

/// `consent_set`.
pub static CONSENT_SET: Table = Table {
    name: "consent_set",
    key: 2,
    columns: &[id("tenant"), id("id"), id("consent"), id("rest")],
};

/// `account`.
pub static ACCOUNT: Table = Table {
    name: "account",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("link"),
        text("institution"),
        text("kind"),
        text("currency"),
        bytes("identity"),
        text("mask"),
        id("holder_key"),
        integer("holder_schema"),
        bytes("holder_sealed"),
        id("person"),
        id("consents"),
        integer("version"),
        integer("created_at"),
    ],
};

/// `link_account`.
pub static LINK_ACCOUNT: Table =
    Table { name: "link_account", key: 3, columns: &[id("tenant"), id("link"), id("account")] };

/// `balance`.
pub static BALANCE: Table = Table {
    name: "balance",
    key: 5,
    columns: &[
        id("tenant"),
        id("account"),
        integer("kind"),
        integer("as_of"),
        id("consent"),
        integer("received_at"),
        id("import"),
        integer("amount"),
        text("currency"),
    ],
};

/// What else finds a movement, such as a table of ids, follows from it.
pub static MOVEMENT: Table = Table {
    name: "movement",
    key: 4,
    columns: &[id("tenant"), id("account"), integer("booked_on"), id("id"), bytes("body")],
};

/// `source`.
pub static SOURCE: Table = Table {
    name: "source",
    key: 3,
    columns: &[
        id("tenant"),
        id("movement"),
        id("id"),
        id("import"),
        id("consent"),
        text("place"),
        integer("source"),
        integer("as_of"),
        integer("received_at"),
        integer("reason"),
        bytes("says"),
    ],
};

/// `feed`.
pub static FEED: Table = Table {
    name: "feed",
    key: 2,
    columns: &[id("tenant"), integer("position"), integer("change"), id("movement")],
};

/// `alias`.
pub static ALIAS: Table = Table {
    name: "alias",
    key: 5,
    columns: &[id("tenant"), id("alias"), id("movement"), integer("at"), flag("undone")],
};

/// `import`.
pub static IMPORT: Table = Table {
    name: "import",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("account"),
        id("consent"),
        id("archive"),
        bytes("content"),
        text("layout"),
        integer("source"),
        integer("as_of"),
        integer("received_at"),
        integer("covers_from"),
        integer("covers_to"),
        flag("complete"),
        text("period"),
        text("outcome"),
    ],
};

/// `sighting`.
pub static SIGHTING: Table = Table {
    name: "sighting",
    key: 6,
    columns: &[
        id("tenant"),
        id("account"),
        id("consent"),
        integer("covers_from"),
        integer("covers_to"),
        flag("complete"),
        integer("source"),
        integer("as_of"),
        integer("received_at"),
        id("import"),
        id("decided"),
        bytes("unconfirmed"),
    ],
};

/// `record`.
pub static RECORD: Table = Table {
    name: "record",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("link"),
        text("kind"),
        integer("version"),
        id("consent"),
        id("archive"),
        bytes("digest"),
        integer("first_read_at"),
        integer("last_read_at"),
        id("content_key"),
        integer("content_schema"),
        bytes("content"),
    ],
};

/// `task`.
pub static TASK: Table = Table {
    name: "task",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        text("action"),
        id("link"),
        id("job"),
        id("ending"),
        id("mandate"),
        integer("created_at"),
        integer("expires_at"),
        integer("ended_at"),
        text("failure"),
        id("result_key"),
        integer("result_schema"),
        bytes("result"),
    ],
};

/// `reading`.
pub static READING: Table = Table {
    name: "reading",
    key: 2,
    columns: &[
        id("tenant"),
        id("link"),
        integer("link_version"),
        id("mandate"),
        integer("scope"),
        integer("from_day"),
        integer("to_day"),
        integer("began_at"),
        integer("ended_at"),
        text("failure"),
        integer("accounts"),
        integer("lines"),
        integer("new"),
        integer("duplicates"),
        integer("amended"),
        integer("removed"),
        integer("kinds"),
        integer("records"),
    ],
};

/// `sign_ins`.
pub static SIGN_INS: Table = Table {
    name: "sign_ins",
    key: 3,
    columns: &[
        id("tenant"),
        text("institution"),
        id("person"),
        integer("refused"),
        integer("open"),
        integer("last_at"),
        integer("locked_until"),
        bytes("refused_secret"),
        integer("refused_at"),
        bytes("open_secret"),
        integer("version"),
        integer("waits_until"),
    ],
};

/// `audit`.
pub static AUDIT: Table = Table {
    name: "audit",
    key: 2,
    columns: &[id("tenant"), integer("sequence"), integer("at"), text("body"), bytes("hash")],
};

/// `answer`.
pub static ANSWER: Table = Table {
    name: "answer",
    key: 2,
    columns: &[
        id("tenant"),
        bytes("key"),
        bytes("fingerprint"),
        integer("status"),
        id("body_key"),
        integer("body_schema"),
        bytes("body_sealed"),
        integer("expires_at"),
    ],
};

/// `job`.
pub static JOB: Table = Table {
    name: "job",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        integer("queue"),
        text("kind"),
        id("link"),
        integer("priority"),
        integer("not_before"),
        id("arguments_key"),
        integer("arguments_schema"),
        bytes("arguments_sealed"),
        id("next_id"),
        text("next_kind"),
        id("next_key"),
        integer("next_schema"),
        bytes("next_sealed"),
        id("after"),
        integer("created_at"),
        integer("attempts"),
        text("failure"),
        integer("state"),
        integer("ended_at"),
        id("lease"),
        id("lease_epoch"),
        integer("lease_until"),
        integer("lease_term"),
        text("lane"),
        id("mandate"),
        text("cancelled"),
        integer("progress_step"),
        integer("progress_done"),
        integer("progress_accounts"),
        integer("progress_movements"),
    ],
};

/// Whose turn it is, and how many jobs have not ended. Rows whose numbers are both 0 are left out: a
/// backend may have them or not.
pub static JOB_TURN: Table = Table {
    name: "job_turn",
    key: 2,
    columns: &[id("tenant"), integer("queue"), integer("turn"), integer("open")],
};

/// `message`.
pub static MESSAGE: Table = Table {
    name: "message",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        bytes("destination"),
        id("envelope_key"),
        integer("envelope_schema"),
        bytes("envelope_sealed"),
        id("body_key"),
        integer("body_schema"),
        bytes("body_sealed"),
    ],
};

/// `message_attempt`.
pub static MESSAGE_ATTEMPT: Table = Table {
    name: "message_attempt",
    key: 3,
    columns: &[
        id("tenant"),
        id("message"),
        integer("number"),
        integer("at"),
        integer("lasted"),
        integer("status"),
        text("failure"),
    ],
};

/// `destination_disabled`.
pub static DESTINATION_DISABLED: Table = Table {
    name: "destination_disabled",
    key: 2,
    columns: &[id("tenant"), bytes("destination"), integer("at")],
};

/// The sealed sources, wherever a backend keeps them.
pub static ARCHIVE: Table = Table {
    name: "archive",
    key: 2,
    columns: &[
        id("tenant"),
        id("id"),
        id("object_key"),
        integer("object_schema"),
        bytes("object_sealed"),
    ],
};

/// From which day on movements are kept; one row, or none.
pub static RETENTION: Table =
    Table { name: "retention", key: 1, columns: &[flag("only_row"), integer("kept_from")] };

/// How often institutions were read.
pub static INSTITUTION_QUOTA: Table = Table {
    name: "institution_quota",
    key: 1,
    columns: &[
        text("institution"),
        integer("hour_from"),
        integer("in_hour"),
        integer("day_from"),
        integer("in_day"),
    ],
};

/// Entries of the feed that are gone.
pub static FEED_FORGOTTEN: Table =
    Table { name: "feed_forgotten", key: 1, columns: &[id("tenant"), integer("entries")] };
