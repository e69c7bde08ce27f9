-- Instructions: what customers' banks are told to do beside transfers. `state` is the name of `standing`,
-- which is the state with its data as JSON. What is to be done is in the sealed order; `about` is the
-- digest of whom it is about; `code` is what cash is taken with, as long as it can be.
CREATE TABLE instruction (
    tenant             BLOB NOT NULL,
    id                 BLOB NOT NULL,
    kind               TEXT NOT NULL,
    institution        TEXT NOT NULL,
    person             BLOB,
    link               BLOB NOT NULL,
    mandate            BLOB NOT NULL,
    amount             INTEGER,
    currency           TEXT,
    about              BLOB NOT NULL,
    end_to_end         BLOB NOT NULL,
    case_key           BLOB NOT NULL,
    case_fingerprint   BLOB NOT NULL,
    created_at         INTEGER NOT NULL,
    state              TEXT NOT NULL,
    standing           TEXT NOT NULL,
    changed_at         INTEGER NOT NULL,
    order_key          BLOB NOT NULL,
    order_schema       INTEGER NOT NULL,
    order_sealed       BLOB NOT NULL,
    credentials_key    BLOB,
    credentials_schema INTEGER,
    credentials_sealed BLOB,
    code_key           BLOB,
    code_schema        INTEGER,
    code_sealed        BLOB,
    bank_reference     TEXT,
    next_id            BLOB,
    next_kind          TEXT,
    next_key           BLOB,
    next_schema        INTEGER,
    next_sealed        BLOB,
    version            INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX instruction_by_case ON instruction (tenant, case_key);
CREATE UNIQUE INDEX instruction_by_end_to_end ON instruction (tenant, end_to_end);
CREATE INDEX instruction_by_kind ON instruction (tenant, kind, id);
CREATE INDEX instruction_by_state ON instruction (tenant, kind, state, id);
CREATE INDEX instruction_by_about ON instruction (tenant, kind, about, id);
