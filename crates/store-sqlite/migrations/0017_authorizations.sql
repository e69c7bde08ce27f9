-- Phones, and what people approve on them. `state` is the name of `standing`, which is the state with its
-- data as JSON. The phone, the operation, what is shown of it and what was signed are sealed. Of one
-- person, one phone waits for its code at most, and one is active.
CREATE TABLE enrolment (
    tenant       BLOB NOT NULL,
    id           BLOB NOT NULL,
    person       BLOB NOT NULL,
    proof        TEXT NOT NULL,
    evidence     BLOB NOT NULL,
    code         BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    state        TEXT NOT NULL,
    standing     TEXT NOT NULL,
    changed_at   INTEGER NOT NULL,
    phone_key    BLOB,
    phone_schema INTEGER,
    phone_sealed BLOB,
    version      INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX enrolment_by_code ON enrolment (tenant, code);
CREATE UNIQUE INDEX enrolment_in_use ON enrolment (tenant, person, state)
    WHERE state IN ('pending', 'active');
CREATE INDEX enrolment_by_person ON enrolment (tenant, person, id);

-- `authorization` is a word of SQL.
CREATE TABLE authorized (
    tenant           BLOB NOT NULL,
    id               BLOB NOT NULL,
    person           BLOB NOT NULL,
    enrolment        BLOB NOT NULL,
    kind             TEXT NOT NULL,
    channel          TEXT NOT NULL,
    amount           INTEGER,
    currency         TEXT,
    case_key         BLOB NOT NULL,
    case_fingerprint BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    content_key      BLOB NOT NULL,
    content_schema   INTEGER NOT NULL,
    content_sealed   BLOB NOT NULL,
    state            TEXT NOT NULL,
    standing         TEXT NOT NULL,
    changed_at       INTEGER NOT NULL,
    signature_key    BLOB,
    signature_schema INTEGER,
    signature_sealed BLOB,
    next_id          BLOB,
    next_kind        TEXT,
    next_key         BLOB,
    next_schema      INTEGER,
    next_sealed      BLOB,
    version          INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX authorized_by_case ON authorized (tenant, case_key);
CREATE INDEX authorized_by_person ON authorized (tenant, person, id);
CREATE INDEX authorized_by_state ON authorized (tenant, state, id);

-- Whom a person has paid by an operation that they approved, and when they did so last.
CREATE TABLE known_payee (
    tenant           BLOB NOT NULL,
    person           BLOB NOT NULL,
    payee            BLOB NOT NULL,
    authorization_id BLOB NOT NULL,
    since            INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, payee)
) STRICT;

CREATE INDEX known_payee_by_age ON known_payee (since);
