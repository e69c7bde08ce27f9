-- Which days of movements are kept: what was booked before was forgotten, and is not taken in again.
CREATE TABLE retention (
    only_row  INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    kept_from INTEGER NOT NULL
) STRICT;

-- How many entries of a tenant's feed are gone with their movements. Their positions are never given
-- out again.
CREATE TABLE feed_forgotten (
    tenant  BLOB    NOT NULL PRIMARY KEY,
    entries INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
