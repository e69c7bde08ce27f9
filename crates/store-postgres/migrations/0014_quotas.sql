-- How many readings of an institution have begun in the last hour and day in which any did. No tenant's:
-- what an institution bears, it bears of the whole installation.
CREATE TABLE institution_quota (
    institution text NOT NULL PRIMARY KEY,
    -- The first moments of that hour and day, microseconds since 1970.
    hour_from bigint NOT NULL,
    in_hour bigint NOT NULL,
    day_from bigint NOT NULL,
    in_day bigint NOT NULL
);
