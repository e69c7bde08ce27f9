-- Where audit chains stood when they were signed. `day` is days since 1970-01-01, `signed` a compact JWS.
CREATE TABLE audit_anchor (
    tenant   BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB    NOT NULL,
    made_at  INTEGER NOT NULL,
    signed   TEXT    NOT NULL,
    PRIMARY KEY (tenant, number)
) STRICT;

-- Who receives data beside the tenant, and which data it is: names with commas between them. NULL is
-- nobody, and everything.
ALTER TABLE consent ADD COLUMN recipient TEXT;
ALTER TABLE consent ADD COLUMN data TEXT;

-- What people ask of whoever keeps their data, and breaches of it. `due_at` is when it is to be answered,
-- or, where a law says that some is to be kept, when that may be erased.
CREATE TABLE matter (
    tenant         BLOB    NOT NULL,
    id             BLOB    NOT NULL,
    kind           TEXT    NOT NULL,
    person         BLOB,
    opened_at      INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    due_at         INTEGER NOT NULL,
    content_key    BLOB    NOT NULL,
    content_schema INTEGER NOT NULL,
    content_sealed BLOB    NOT NULL,
    version        INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX matter_by_person ON matter (tenant, person, kind);
