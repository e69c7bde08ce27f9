-- Payments. `state` is the name of `standing`, which is the state with its data as JSON. Whoever is paid
-- is in the sealed order; `page` is the digest of a token by which one answer is taken.
CREATE TABLE payment (
    tenant             BLOB NOT NULL,
    id                 BLOB NOT NULL,
    institution        TEXT NOT NULL,
    person             BLOB,
    link               BLOB NOT NULL,
    mandate            BLOB NOT NULL,
    amount             INTEGER NOT NULL,
    currency           TEXT NOT NULL,
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
    page               BLOB,
    page_expires_at    INTEGER,
    bank_reference     TEXT,
    next_id            BLOB,
    next_kind          TEXT,
    next_key           BLOB,
    next_schema        INTEGER,
    next_sealed        BLOB,
    version            INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX payment_by_case ON payment (tenant, case_key);
CREATE UNIQUE INDEX payment_by_end_to_end ON payment (tenant, end_to_end);
CREATE UNIQUE INDEX payment_by_page ON payment (tenant, page);
CREATE INDEX payment_by_state ON payment (tenant, state, id);
