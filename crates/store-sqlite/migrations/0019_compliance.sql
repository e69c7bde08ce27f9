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
