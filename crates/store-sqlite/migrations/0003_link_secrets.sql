-- What links sign in with: credentials and device, under the data key of the link's person.

CREATE TABLE link_secret (
    tenant        BLOB    NOT NULL,
    link          BLOB    NOT NULL,
    mandate       BLOB    NOT NULL,
    barred_since  INTEGER,
    barred_until  INTEGER,
    secret_key    BLOB    NOT NULL,
    secret_schema INTEGER NOT NULL,
    secret_sealed BLOB    NOT NULL,
    PRIMARY KEY (tenant, link)
) WITHOUT ROWID, STRICT;
