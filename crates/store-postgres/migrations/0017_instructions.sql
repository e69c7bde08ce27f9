-- Instructions: what customers' banks are told to do beside transfers. `state` is the name of `standing`,
-- which is the state with its data as JSON. What is to be done is in the sealed order; `about` is the
-- digest of whom it is about; `code` is what cash is taken with, as long as it can be.
CREATE TABLE instruction (
    tenant             uuid NOT NULL,
    id                 uuid NOT NULL,
    kind               text NOT NULL,
    institution        text NOT NULL,
    person             uuid,
    link               uuid NOT NULL,
    mandate            uuid NOT NULL,
    amount             bigint,
    currency           text,
    about              bytea NOT NULL,
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
    code_key           uuid,
    code_schema        integer,
    code_sealed        bytea,
    bank_reference     text,
    next_id            uuid,
    next_kind          text,
    next_key           uuid,
    next_schema        integer,
    next_sealed        bytea,
    version            bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX instruction_by_case ON instruction (tenant, case_key);
CREATE UNIQUE INDEX instruction_by_end_to_end ON instruction (tenant, end_to_end);
CREATE INDEX instruction_by_kind ON instruction (tenant, kind, id);
CREATE INDEX instruction_by_state ON instruction (tenant, kind, state, id);
CREATE INDEX instruction_by_about ON instruction (tenant, kind, about, id);

ALTER TABLE instruction ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON instruction USING (tenant = the_tenant());
