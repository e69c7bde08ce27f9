-- The queue of jobs and the outbox. Conventions as in 0001.

-- `queue`, `priority` and `state` are the numbers of codes.rs; partial indexes name states by them:
-- 1 queued, 2 running. `link` is NULL where a job works on none. `next_*` is the continuation.
-- `lease_until` and `lease_term` are milliseconds, the former since the start of `lease_epoch`.
CREATE TABLE job (
    tenant           uuid     NOT NULL,
    id               uuid     NOT NULL,
    queue            smallint NOT NULL,
    kind             text     NOT NULL,
    link             uuid,
    priority         smallint NOT NULL,
    not_before       bigint   NOT NULL,
    arguments_key    uuid,
    arguments_schema integer,
    arguments_sealed bytea,
    next_id          uuid,
    next_kind        text,
    next_key         uuid,
    next_schema      integer,
    next_sealed      bytea,
    after            uuid,
    created_at       bigint   NOT NULL,
    attempts         bigint   NOT NULL,
    failure          text,
    state            smallint NOT NULL,
    ended_at         bigint,
    lease            uuid,
    lease_epoch      uuid,
    lease_until      bigint,
    lease_term       bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- The next job of a tenant.
CREATE INDEX job_queued ON job (tenant, queue, priority, not_before, id) WHERE state = 1;
-- When the next job of anybody is due. It says in other words what state 1 is, so that the planner
-- does not take it for the next job of a tenant: of an empty table, both look equally good.
CREATE INDEX job_due ON job (queue, not_before) WHERE lease IS NULL AND ended_at IS NULL;
CREATE INDEX job_running ON job (queue, tenant) WHERE state = 2;
-- Of one link, one job runs at a time.
CREATE UNIQUE INDEX job_running_link ON job (tenant, link) WHERE state = 2 AND link IS NOT NULL;
CREATE INDEX job_by_state ON job (tenant, queue, state, id);
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;

-- How many jobs have not ended. Changed by units of work alone.
CREATE TABLE job_open (
    tenant uuid     NOT NULL,
    queue  smallint NOT NULL,
    open   bigint   NOT NULL,
    PRIMARY KEY (tenant, queue)
) WITH (fillfactor = 50);

-- Whose turn it is. Changed by claims alone, so that units and claims do not wait for each other.
CREATE TABLE job_turn (
    tenant uuid     NOT NULL,
    queue  smallint NOT NULL,
    turn   bigint   NOT NULL,
    PRIMARY KEY (tenant, queue)
) WITH (fillfactor = 50);
CREATE SEQUENCE job_turn_number;

-- Delivered by the job of the same id; how it stands is told by that job.
CREATE TABLE message (
    tenant          uuid    NOT NULL,
    id              uuid    NOT NULL,
    destination     bytea   NOT NULL,
    envelope_key    uuid    NOT NULL,
    envelope_schema integer NOT NULL,
    envelope_sealed bytea   NOT NULL,
    body_key        uuid    NOT NULL,
    body_schema     integer NOT NULL,
    body_sealed     bytea   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX message_by_destination ON message (tenant, destination, id);
ALTER TABLE message ALTER COLUMN body_sealed SET STORAGE EXTERNAL;

-- `lasted` is milliseconds. Either `status` or `failure` is there.
CREATE TABLE message_attempt (
    tenant  uuid    NOT NULL,
    message uuid    NOT NULL,
    number  bigint  NOT NULL,
    at      bigint  NOT NULL,
    lasted  bigint  NOT NULL,
    status  integer,
    failure text,
    PRIMARY KEY (tenant, message, number)
);

CREATE TABLE destination_disabled (
    tenant      uuid   NOT NULL,
    destination bytea  NOT NULL,
    at          bigint NOT NULL,
    PRIMARY KEY (tenant, destination)
);
