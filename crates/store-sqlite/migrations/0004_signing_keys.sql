-- The keys that sign the installation's own tokens. `sequence` is the order of adding, which no
-- clock that was set back can change.

CREATE TABLE signing_key (
    sequence       INTEGER NOT NULL PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    algorithm      TEXT    NOT NULL,
    wrapped_master BLOB    NOT NULL,
    wrapped        BLOB    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
