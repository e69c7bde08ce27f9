-- Which days of movements are kept: what was booked before was forgotten, and is not taken in again.
CREATE TABLE retention (
    only_row  boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    kept_from integer NOT NULL
);

-- How many entries of a tenant's feed are gone with their movements. Their positions are never given
-- out again.
CREATE TABLE feed_forgotten (
    tenant  uuid   NOT NULL PRIMARY KEY,
    entries bigint NOT NULL
);
ALTER TABLE feed_forgotten ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON feed_forgotten USING (tenant = the_tenant());
