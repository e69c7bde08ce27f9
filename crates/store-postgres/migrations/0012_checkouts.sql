-- Checkouts. `state` is the name of `standing`, which is the state with its data as JSON; `token` is the
-- digest of what opens the page.
CREATE TABLE checkout (
    tenant           uuid NOT NULL,
    id               uuid NOT NULL,
    token            bytea NOT NULL,
    case_key         bytea NOT NULL,
    case_fingerprint bytea NOT NULL,
    amount           bigint NOT NULL,
    currency         text NOT NULL,
    order_key        uuid NOT NULL,
    order_schema     integer NOT NULL,
    order_sealed     bytea NOT NULL,
    created_at       bigint NOT NULL,
    expires_at       bigint NOT NULL,
    state            text NOT NULL,
    standing         text NOT NULL,
    changed_at       bigint NOT NULL,
    next_id          uuid,
    next_kind        text,
    next_key         uuid,
    next_schema      integer,
    next_sealed      bytea,
    version          bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX checkout_by_token ON checkout (tenant, token);
CREATE UNIQUE INDEX checkout_by_case ON checkout (tenant, case_key);

ALTER TABLE checkout ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON checkout USING (tenant = the_tenant());
