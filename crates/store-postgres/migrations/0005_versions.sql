-- Which programs may serve a schema that is newer than what they know, and whether a copy into this
-- database was brought to its end. From here on, what adds to the schema lets older programs go on.

ALTER TABLE schema_version ADD COLUMN oldest_supported integer;
UPDATE schema_version SET oldest_supported = version + 1;
ALTER TABLE schema_version ALTER COLUMN oldest_supported SET NOT NULL;

ALTER TABLE installation ADD COLUMN unfinished boolean NOT NULL DEFAULT false;

-- As before, and now with whatever columns the table has: the former one had those of its first day
-- written into it, and failed from the moment that a column was added.
CREATE OR REPLACE FUNCTION all_tenants() RETURNS SETOF tenant
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM tenant t ORDER BY t.tenant;
END
$$;
