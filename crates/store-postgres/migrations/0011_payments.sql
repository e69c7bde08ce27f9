-- Payments. `state` is the name of `standing`, which is the state with its data as JSON. Whoever is paid
-- is in the sealed order; `page` is the digest of a token by which one answer is taken.
CREATE TABLE payment (
    tenant             uuid NOT NULL,
    id                 uuid NOT NULL,
    institution        text NOT NULL,
    person             uuid,
    link               uuid NOT NULL,
    mandate            uuid NOT NULL,
    amount             bigint NOT NULL,
    currency           text NOT NULL,
    end_to_end         bytea NOT NULL,
    case_key           bytea NOT NULL,
    case_fingerprint   bytea NOT NULL,
    created_at         bigint NOT NULL,
    state              text NOT NULL,
    standing           text NOT NULL,
    changed_at         bigint NOT NULL,
    order_key          uuid NOT NULL,
    order_schema       integer NOT NULL,
    order_sealed       bytea NOT NULL,
    credentials_key    uuid,
    credentials_schema integer,
    credentials_sealed bytea,
    page               bytea,
    page_expires_at    bigint,
    bank_reference     text,
    next_id            uuid,
    next_kind          text,
    next_key           uuid,
    next_schema        integer,
    next_sealed        bytea,
    version            bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX payment_by_case ON payment (tenant, case_key);
CREATE UNIQUE INDEX payment_by_end_to_end ON payment (tenant, end_to_end);
CREATE UNIQUE INDEX payment_by_page ON payment (tenant, page);
CREATE INDEX payment_by_state ON payment (tenant, state, id);

ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON payment USING (tenant = the_tenant());
