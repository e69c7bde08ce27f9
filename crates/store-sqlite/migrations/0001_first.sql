-- Every key begins with the tenant. Ids are 16 bytes, dates are days since 1970-01-01, instants are
-- microseconds since 1970 in UTC, amounts are minor units. A sealed value is three columns: *_key
-- (data key id), *_schema (shape of what is inside) and *_sealed.
--
-- Tables whose rows are small are clustered by their key (WITHOUT ROWID): one tree instead of two.
-- Rows that may be large stand in ordinary tables, since a clustered tree would carry them in its
-- inner pages too.
--
-- No references are declared: each would cost one more search per row of an ingest, and `check`
-- proves them afterwards. That a unit's tenant exists is looked at once per unit.

CREATE TABLE tenant (
    id         BLOB    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE installation_secret (
    name           TEXT NOT NULL PRIMARY KEY,
    wrapped_master BLOB NOT NULL,
    wrapped        BLOB NOT NULL
) WITHOUT ROWID, STRICT;

-- Clustered by digest: it is read on every request.
CREATE TABLE credential (
    tenant        BLOB    NOT NULL,
    digest        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    kind          TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    secret_key    BLOB,
    secret_schema INTEGER,
    secret_sealed BLOB,
    created_at    INTEGER NOT NULL,
    revoked_at    INTEGER,
    PRIMARY KEY (tenant, digest),
    UNIQUE (tenant, id)
) WITHOUT ROWID, STRICT;

-- `subject` is empty for the key of what belongs to nobody, so that uniqueness covers it too.
CREATE TABLE data_key (
    tenant         BLOB    NOT NULL,
    id             BLOB    NOT NULL,
    subject        BLOB    NOT NULL,
    wrapped_master BLOB    NOT NULL,
    wrapped        BLOB    NOT NULL,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, subject)
) WITHOUT ROWID, STRICT;

CREATE TABLE person (
    tenant          BLOB    NOT NULL,
    id              BLOB    NOT NULL,
    lookup          BLOB    NOT NULL,
    identity_key    BLOB    NOT NULL,
    identity_schema INTEGER NOT NULL,
    identity_sealed BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, lookup)
) WITHOUT ROWID, STRICT;

-- `person` is empty where the source names nobody, so that uniqueness covers it too.
CREATE TABLE link (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    institution TEXT    NOT NULL,
    person      BLOB    NOT NULL,
    source      TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    state_at    INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, institution, person, source)
) WITHOUT ROWID, STRICT;

-- `ended_at` is the end of the term while the consent is granted, and the end it came to after.
CREATE TABLE consent (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    state       INTEGER NOT NULL,
    granted_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    version     INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    person      BLOB,
    institution TEXT    NOT NULL,
    link        BLOB    NOT NULL,
    purpose     TEXT    NOT NULL,
    evidence    BLOB    NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE consent_set (
    tenant  BLOB NOT NULL,
    id      BLOB NOT NULL,
    consent BLOB NOT NULL,
    rest    BLOB,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE account (
    tenant        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    link          BLOB    NOT NULL,
    institution   TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    currency      TEXT    NOT NULL,
    identity      BLOB    NOT NULL,
    mask          TEXT    NOT NULL,
    holder_key    BLOB    NOT NULL,
    holder_schema INTEGER NOT NULL,
    holder_sealed BLOB    NOT NULL,
    person        BLOB,
    consents      BLOB    NOT NULL,
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, identity)
) WITHOUT ROWID, STRICT;

-- The key is the order in which the latest reading is looked for, backwards.
CREATE TABLE balance (
    tenant   BLOB    NOT NULL,
    account  BLOB    NOT NULL,
    kind     INTEGER NOT NULL,
    as_of    INTEGER NOT NULL,
    import   BLOB    NOT NULL,
    amount   INTEGER NOT NULL,
    currency TEXT    NOT NULL,
    consent  BLOB    NOT NULL,
    PRIMARY KEY (tenant, account, kind, as_of, import)
) WITHOUT ROWID, STRICT;

-- Clustered in the order of a statement: a page of one account is one range of one tree. `body` is
-- all that no query compares, in one value (`cartola_store::encoding::movement`): a page hands over a
-- hundred rows, and each column of each row costs as much as finding it.
CREATE TABLE movement (
    tenant    BLOB    NOT NULL,
    account   BLOB    NOT NULL,
    booked_on INTEGER NOT NULL,
    id        BLOB    NOT NULL,
    body      BLOB    NOT NULL,
    PRIMARY KEY (tenant, account, booked_on, id)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX movement_by_id ON movement (tenant, id);
CREATE INDEX movement_by_day ON movement (tenant, booked_on, id);

CREATE TABLE source (
    tenant      BLOB    NOT NULL,
    movement    BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    import      BLOB    NOT NULL,
    consent     BLOB    NOT NULL,
    place       TEXT    NOT NULL,
    source      INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    reason      INTEGER NOT NULL,
    says        BLOB,
    PRIMARY KEY (tenant, movement, id)
) WITHOUT ROWID, STRICT;

-- The account is not repeated here: a movement never changes it, and is read with its entry.
CREATE TABLE feed (
    tenant   BLOB    NOT NULL,
    position INTEGER NOT NULL,
    change   INTEGER NOT NULL,
    movement BLOB    NOT NULL,
    PRIMARY KEY (tenant, position)
) WITHOUT ROWID, STRICT;

-- The last position given out. Writing this row is what makes order of reading order of commit.
CREATE TABLE tenant_feed (
    tenant   BLOB    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- One pair may be merged, parted and merged again: the key holds each of these once.
CREATE TABLE alias (
    tenant   BLOB    NOT NULL,
    alias    BLOB    NOT NULL,
    movement BLOB    NOT NULL,
    at       INTEGER NOT NULL,
    undone   INTEGER NOT NULL,
    PRIMARY KEY (tenant, alias, movement, at, undone)
) WITHOUT ROWID, STRICT;

CREATE INDEX alias_by_movement ON alias (tenant, movement);

CREATE TABLE import (
    tenant      BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    account     BLOB    NOT NULL,
    consent     BLOB    NOT NULL,
    archive     BLOB    NOT NULL,
    content     BLOB    NOT NULL,
    layout      TEXT    NOT NULL,
    source      INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    covers_from INTEGER NOT NULL,
    covers_to   INTEGER NOT NULL,
    complete    INTEGER NOT NULL,
    period      TEXT,
    outcome     TEXT    NOT NULL,
    UNIQUE (tenant, id)
) STRICT;

CREATE INDEX import_by_account ON import (tenant, account, id);
CREATE INDEX import_by_content ON import (tenant, content, id);

CREATE TABLE audit (
    tenant   BLOB    NOT NULL,
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (tenant, sequence)
) WITHOUT ROWID, STRICT;

-- Apart from the entries, so that a chain that was cut short is found.
CREATE TABLE tenant_audit (
    tenant   BLOB    NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE answer (
    tenant      BLOB    NOT NULL,
    key         BLOB    NOT NULL,
    fingerprint BLOB    NOT NULL,
    status      INTEGER NOT NULL,
    body_key    BLOB    NOT NULL,
    body_schema INTEGER NOT NULL,
    body_sealed BLOB    NOT NULL,
    expires_at  INTEGER NOT NULL,
    UNIQUE (tenant, key)
) STRICT;

CREATE INDEX answer_by_end ON answer (tenant, expires_at);

-- One row that is rewritten to learn whether a full disk has space again.
CREATE TABLE probe (
    id    INTEGER NOT NULL PRIMARY KEY,
    tries INTEGER NOT NULL
) STRICT;
