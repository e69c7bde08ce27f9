-- Granted consents by the end of their term, so that those that have run out are found without
-- reading all others.
CREATE INDEX consent_by_term ON consent (ended_at) WHERE state = 1 AND ended_at IS NOT NULL;

-- Granted consents of all tenants whose term was over at an instant, the first to end first, at most
-- so many.
CREATE FUNCTION consents_run_out(now bigint, at_most integer)
RETURNS TABLE (tenant uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT c.tenant, c.id FROM consent c
    WHERE c.state = 1 AND c.ended_at IS NOT NULL AND c.ended_at <= now
    ORDER BY c.ended_at LIMIT at_most;
END;

REVOKE ALL ON FUNCTION consents_run_out(bigint, integer) FROM PUBLIC;
