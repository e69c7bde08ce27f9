-- Phones, and what people approve on them. `state` is the name of `standing`, which is the state with its
-- data as JSON. The phone, the operation, what is shown of it and what was signed are sealed. Of one
-- person, one phone waits for its code at most, and one is active.
CREATE TABLE enrolment (
    tenant       uuid NOT NULL,
    id           uuid NOT NULL,
    person       uuid NOT NULL,
    proof        text NOT NULL,
    evidence     bytea NOT NULL,
    code         bytea NOT NULL,
    created_at   bigint NOT NULL,
    state        text NOT NULL,
    standing     text NOT NULL,
    changed_at   bigint NOT NULL,
    phone_key    uuid,
    phone_schema integer,
    phone_sealed bytea,
    version      bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX enrolment_by_code ON enrolment (tenant, code);
CREATE UNIQUE INDEX enrolment_in_use ON enrolment (tenant, person, state)
    WHERE state IN ('pending', 'active');
CREATE INDEX enrolment_by_person ON enrolment (tenant, person, id);

-- `authorization` is a word of SQL.
CREATE TABLE authorized (
    tenant           uuid NOT NULL,
    id               uuid NOT NULL,
    person           uuid NOT NULL,
    enrolment        uuid NOT NULL,
    kind             text NOT NULL,
    channel          text NOT NULL,
    amount           bigint,
    currency         text,
    case_key         bytea NOT NULL,
    case_fingerprint bytea NOT NULL,
    created_at       bigint NOT NULL,
    content_key      uuid NOT NULL,
    content_schema   integer NOT NULL,
    content_sealed   bytea NOT NULL,
    state            text NOT NULL,
    standing         text NOT NULL,
    changed_at       bigint NOT NULL,
    signature_key    uuid,
    signature_schema integer,
    signature_sealed bytea,
    next_id          uuid,
    next_kind        text,
    next_key         uuid,
    next_schema      integer,
    next_sealed      bytea,
    version          bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE UNIQUE INDEX authorized_by_case ON authorized (tenant, case_key);
CREATE INDEX authorized_by_person ON authorized (tenant, person, id);
CREATE INDEX authorized_by_state ON authorized (tenant, state, id);

-- Whom a person has paid by an operation that they approved, and when they did so last.
CREATE TABLE known_payee (
    tenant           uuid NOT NULL,
    person           uuid NOT NULL,
    payee            bytea NOT NULL,
    authorization_id uuid NOT NULL,
    since            bigint NOT NULL,
    PRIMARY KEY (tenant, person, payee)
);

ALTER TABLE enrolment ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON enrolment USING (tenant = the_tenant());

ALTER TABLE authorized ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON authorized USING (tenant = the_tenant());

ALTER TABLE known_payee ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON known_payee USING (tenant = the_tenant());

CREATE INDEX known_payee_by_age ON known_payee (since);

-- Forgets whom anybody has paid before an instant, at most so many, and gives their number.
CREATE FUNCTION forget_payees(before bigint, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    WITH forgotten AS (
        DELETE FROM known_payee WHERE (tenant, person, payee) IN (
            SELECT k.tenant, k.person, k.payee FROM known_payee k WHERE k.since < before
            ORDER BY k.since LIMIT at_most FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*) FROM forgotten;
END;

REVOKE ALL ON FUNCTION forget_payees(bigint, integer) FROM PUBLIC;
