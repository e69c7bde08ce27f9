-- Payouts. Who pays whom what, and the payments that the lines are, is in the sealed order.
CREATE TABLE payout (
    tenant           uuid NOT NULL,
    id               uuid NOT NULL,
    list             text NOT NULL,
    case_key         bytea NOT NULL,
    case_fingerprint bytea NOT NULL,
    created_at       bigint NOT NULL,
    order_key        uuid NOT NULL,
    order_schema     integer NOT NULL,
    order_sealed     bytea NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX payout_by_case ON payout (tenant, case_key);
CREATE INDEX payout_by_list ON payout (tenant, list, id);

ALTER TABLE payout ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON payout USING (tenant = the_tenant());
