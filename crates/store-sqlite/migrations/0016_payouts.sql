-- Payouts. Who pays whom what, and the payments that the lines are, is in the sealed order.
CREATE TABLE payout (
    tenant           BLOB NOT NULL,
    id               BLOB NOT NULL,
    list             TEXT NOT NULL,
    case_key         BLOB NOT NULL,
    case_fingerprint BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    order_key        BLOB NOT NULL,
    order_schema     INTEGER NOT NULL,
    order_sealed     BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE UNIQUE INDEX payout_by_case ON payout (tenant, case_key);
CREATE INDEX payout_by_list ON payout (tenant, list, id);
