-- Which programs may serve a schema that is newer than what they know, and whether a copy into this
-- database was brought to its end. From here on, what adds to the schema lets older programs go on.

ALTER TABLE schema_version ADD COLUMN oldest_supported integer;
UPDATE schema_version SET oldest_supported = version + 1;
ALTER TABLE schema_version ALTER COLUMN oldest_supported SET NOT NULL;

ALTER TABLE installation ADD COLUMN unfinished boolean NOT NULL DEFAULT false;
