-- What institutions tell of as a whole, and the tasks that ask for it.

-- A bit for each product that was asked for, and how many were told of.
ALTER TABLE reading ADD COLUMN kinds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reading ADD COLUMN records INTEGER NOT NULL DEFAULT 0;

CREATE TABLE record (
    tenant        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    link          BLOB    NOT NULL,
    kind          TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    consent       BLOB    NOT NULL,
    archive       BLOB    NOT NULL,
    digest        BLOB    NOT NULL,
    first_read_at INTEGER NOT NULL,
    last_read_at  INTEGER NOT NULL,
    content_key   BLOB    NOT NULL,
    content_schema INTEGER NOT NULL,
    content       BLOB    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX record_of_link ON record (tenant, link, id);
CREATE INDEX record_of_product ON record (tenant, link, kind, id);

-- `failure` is absent where it went well, `ended_at` as long as it has not ended.
CREATE TABLE task (
    tenant        BLOB    NOT NULL,
    id            BLOB    NOT NULL,
    action        TEXT    NOT NULL,
    link          BLOB,
    job           BLOB,
    ending        BLOB,
    mandate       BLOB,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    failure       TEXT,
    result_key    BLOB,
    result_schema INTEGER,
    result        BLOB,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX task_by_end ON task (expires_at);
