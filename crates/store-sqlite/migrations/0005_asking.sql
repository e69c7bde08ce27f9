-- What is known of asking institutions.

-- The last reading of each link. `failure` is absent where it went well.
CREATE TABLE reading (
    tenant       BLOB    NOT NULL,
    link         BLOB    NOT NULL,
    link_version INTEGER NOT NULL,
    mandate      BLOB    NOT NULL,
    scope        INTEGER NOT NULL,
    from_day     INTEGER,
    to_day       INTEGER,
    began_at     INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    failure      TEXT,
    accounts     INTEGER NOT NULL,
    lines        INTEGER NOT NULL,
    new          INTEGER NOT NULL,
    duplicates   INTEGER NOT NULL,
    amended      INTEGER NOT NULL,
    removed      INTEGER NOT NULL,
    PRIMARY KEY (tenant, link)
) WITHOUT ROWID, STRICT;

-- Attempts to sign in of which some went wrong, or may have.
CREATE TABLE sign_ins (
    tenant         BLOB    NOT NULL,
    institution    TEXT    NOT NULL,
    person         BLOB    NOT NULL,
    refused        INTEGER NOT NULL,
    open           INTEGER NOT NULL,
    last_at        INTEGER NOT NULL,
    locked_until   INTEGER,
    refused_secret BLOB,
    refused_at     INTEGER,
    open_secret    BLOB,
    version        INTEGER NOT NULL,
    PRIMARY KEY (tenant, institution, person)
) WITHOUT ROWID, STRICT;

-- Which links have told of which accounts.
CREATE TABLE link_account (
    tenant  BLOB NOT NULL,
    link    BLOB NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (tenant, link, account)
) WITHOUT ROWID, STRICT;

INSERT INTO link_account (tenant, link, account) SELECT tenant, link, id FROM account;
