-- How many readings of an institution have begun in the last hour and day in which any did. No tenant's:
-- what an institution bears, it bears of the whole installation.
CREATE TABLE institution_quota (
    institution TEXT    NOT NULL PRIMARY KEY,
    -- The first moments of that hour and day, microseconds since 1970.
    hour_from   INTEGER NOT NULL,
    in_hour     INTEGER NOT NULL,
    day_from    INTEGER NOT NULL,
    in_day      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
