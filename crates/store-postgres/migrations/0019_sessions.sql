-- Sessions of devices by when they ended, or will, so that those of long ago are found to be forgotten.
CREATE INDEX session_by_end ON credential (revoked_at) WHERE kind = 'device_session';

-- Forgets sessions of devices that ended before an instant, at most so many, and gives their number.
CREATE FUNCTION forget_sessions(before bigint, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    WITH forgotten AS (
        DELETE FROM credential WHERE (tenant, digest) IN (
            SELECT c.tenant, c.digest FROM credential c
            WHERE c.kind = 'device_session' AND c.revoked_at < before
            ORDER BY c.revoked_at LIMIT at_most FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*) FROM forgotten;
END;

REVOKE ALL ON FUNCTION forget_sessions(bigint, integer) FROM PUBLIC;
