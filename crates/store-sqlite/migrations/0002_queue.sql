-- The queue of jobs and the outbox. Conventions as in 0001.

-- `queue`, `priority` and `state` are the numbers of codes.rs; partial indexes name states by them:
-- 1 queued, 2 running. `link` is NULL where a job works on none. `next_*` is the continuation.
-- `lease_until` and `lease_term` are milliseconds, the former since the start of `lease_epoch`.
CREATE TABLE job (
    tenant           BLOB    NOT NULL,
    id               BLOB    NOT NULL,
    queue            INTEGER NOT NULL,
    kind             TEXT    NOT NULL,
    link             BLOB,
    priority         INTEGER NOT NULL,
    not_before       INTEGER NOT NULL,
    arguments_key    BLOB,
    arguments_schema INTEGER,
    arguments_sealed BLOB,
    next_id          BLOB,
    next_kind        TEXT,
    next_key         BLOB,
    next_schema      INTEGER,
    next_sealed      BLOB,
    after            BLOB,
    created_at       INTEGER NOT NULL,
    attempts         INTEGER NOT NULL,
    failure          TEXT,
    state            INTEGER NOT NULL,
    ended_at         INTEGER,
    lease            BLOB,
    lease_epoch      BLOB,
    lease_until      INTEGER,
    lease_term       INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

-- The next job of a tenant.
CREATE INDEX job_queued ON job (tenant, queue, priority, not_before, id) WHERE state = 1;
-- When the next job of anybody is due.
CREATE INDEX job_due ON job (queue, not_before) WHERE state = 1;
CREATE INDEX job_running ON job (queue, tenant) WHERE state = 2;
-- Of one link, one job runs at a time.
CREATE UNIQUE INDEX job_running_link ON job (tenant, link) WHERE state = 2 AND link IS NOT NULL;
CREATE INDEX job_by_state ON job (tenant, queue, state, id);
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;

-- Whose turn it is, and how many jobs have not ended.
CREATE TABLE job_turn (
    queue  INTEGER NOT NULL,
    tenant BLOB    NOT NULL,
    turn   INTEGER NOT NULL,
    open   INTEGER NOT NULL,
    PRIMARY KEY (queue, tenant)
) WITHOUT ROWID, STRICT;

-- Delivered by the job of the same id; how it stands is told by that job.
CREATE TABLE message (
    tenant          BLOB    NOT NULL,
    id              BLOB    NOT NULL,
    destination     BLOB    NOT NULL,
    envelope_key    BLOB    NOT NULL,
    envelope_schema INTEGER NOT NULL,
    envelope_sealed BLOB    NOT NULL,
    body_key        BLOB    NOT NULL,
    body_schema     INTEGER NOT NULL,
    body_sealed     BLOB    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX message_by_destination ON message (tenant, destination, id);

-- `lasted` is milliseconds. Either `status` or `failure` is there.
CREATE TABLE message_attempt (
    tenant  BLOB    NOT NULL,
    message BLOB    NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    lasted  INTEGER NOT NULL,
    status  INTEGER,
    failure TEXT,
    PRIMARY KEY (tenant, message, number)
) WITHOUT ROWID, STRICT;

CREATE TABLE destination_disabled (
    tenant      BLOB    NOT NULL,
    destination BLOB    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (tenant, destination)
) WITHOUT ROWID, STRICT;
