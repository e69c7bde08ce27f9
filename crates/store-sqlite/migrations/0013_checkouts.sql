-- Checkouts. `state` is the name of `standing`, which is the state with its data as JSON; `token` is the
-- digest of what opens the page.
CREATE TABLE checkout (
    tenant           BLOB NOT NULL,
    id               BLOB NOT NULL,
    token            BLOB NOT NULL,
    case_key         BLOB NOT NULL,
    case_fingerprint BLOB NOT NULL,
    amount           INTEGER NOT NULL,
    currency         TEXT NOT NULL,
    order_key        BLOB NOT NULL,
    order_schema     INTEGER NOT NULL,
    order_sealed     BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    state            TEXT NOT NULL,
    standing         TEXT NOT NULL,
    changed_at       INTEGER NOT NULL,
    next_id          BLOB,
    next_kind        TEXT,
    next_key         BLOB,
    next_schema      INTEGER,
    next_sealed      BLOB,
    version          INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX checkout_by_token ON checkout (tenant, token);
CREATE UNIQUE INDEX checkout_by_case ON checkout (tenant, case_key);
