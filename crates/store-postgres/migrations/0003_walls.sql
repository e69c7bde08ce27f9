-- The second wall between tenants, and the few doors in it.
--
-- The role that serves owns nothing here. It sees the rows of the tenant that its transaction named,
-- whatever its queries forget; what crosses tenants by contract it may only do through the functions
-- below, which run as the owner and do one thing each.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'tenant', 'tenant_head', 'credential', 'data_key', 'person', 'link', 'link_secret',
        'consent', 'consent_set', 'account', 'link_account', 'balance', 'movement', 'movement_key',
        'source', 'feed', 'alias', 'import', 'sighting', 'record', 'task', 'reading', 'sign_ins',
        'audit', 'answer', 'archive', 'job', 'job_open', 'job_turn', 'message', 'message_attempt',
        'destination_disabled'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_tenant ON %I USING (tenant = the_tenant())', name);
    END LOOP;
END
$$;

-- Which tenants there are.
CREATE FUNCTION all_tenants() RETURNS SETOF tenant
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT t.* FROM tenant t ORDER BY t.tenant;
END;

-- The leases of all jobs of a queue that run.
CREATE FUNCTION all_leases(of_queue integer)
RETURNS TABLE (lease uuid, epoch uuid, until bigint, term bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT j.lease, j.lease_epoch, j.lease_until, j.lease_term FROM job j
    WHERE j.queue = of_queue AND j.state = 2;
END;

-- When the first queued job of a queue is due.
CREATE FUNCTION next_due(of_queue integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT min(j.not_before) FROM job j
    WHERE j.queue = of_queue AND j.lease IS NULL AND j.ended_at IS NULL;
END;

-- Queues again the jobs whose lease is over: those of this epoch by its time, those of others as the
-- caller knows.
CREATE FUNCTION free_jobs(
    of_queue integer, in_epoch uuid, elapsed bigint, others_over boolean, watched uuid[], why text
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    UPDATE job SET state = 1, failure = why, lease = NULL, lease_epoch = NULL, lease_until = NULL,
        lease_term = NULL
    WHERE (tenant, id) IN (
        SELECT j.tenant, j.id FROM job j
        WHERE j.queue = of_queue AND j.state = 2 AND (
            (j.lease_epoch = in_epoch AND j.lease_until <= elapsed)
            OR (j.lease_epoch <> in_epoch AND (others_over OR j.lease = ANY (watched)))
        )
        FOR UPDATE SKIP LOCKED
    ) AND state = 2;
END;

-- Forgets jobs that ended before an instant, with what was sent by them, and gives their number.
CREATE FUNCTION forget_ended_jobs(before bigint, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    WITH ended AS (
        DELETE FROM job WHERE (tenant, id) IN (
            SELECT j.tenant, j.id FROM job j WHERE j.ended_at < before
            ORDER BY j.ended_at LIMIT at_most FOR UPDATE SKIP LOCKED
        ) RETURNING tenant, id
    ), messages AS (
        DELETE FROM message m USING ended e WHERE m.tenant = e.tenant AND m.id = e.id
    ), attempts AS (
        DELETE FROM message_attempt a USING ended e WHERE a.tenant = e.tenant AND a.message = e.id
    )
    SELECT count(*) FROM ended;
END;

-- Forgets tasks that had expired by an instant, at most so many, and gives their number.
CREATE FUNCTION forget_expired_tasks(now bigint, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    WITH expired AS (
        DELETE FROM task WHERE (tenant, id) IN (
            SELECT t.tenant, t.id FROM task t WHERE t.expires_at <= now
            ORDER BY t.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*) FROM expired;
END;

-- Removes objects of the archive that nothing names and that are older than whatever is under way,
-- at most so many, and gives their number.
CREATE FUNCTION clear_archive(older_than interval, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    WITH orphans AS (
        DELETE FROM archive WHERE (tenant, id) IN (
            SELECT a.tenant, a.id FROM archive a
            WHERE a.kept_at < clock_timestamp() - older_than
                AND NOT EXISTS (
                    SELECT 1 FROM import i WHERE i.tenant = a.tenant AND i.archive = a.id)
                AND NOT EXISTS (
                    SELECT 1 FROM record r WHERE r.tenant = a.tenant AND r.archive = a.id)
            ORDER BY a.kept_at LIMIT at_most FOR UPDATE SKIP LOCKED
        ) RETURNING 1
    )
    SELECT count(*) FROM orphans;
END;

-- Removes movements whose day changes from the day on which they were. A loop, since each is found by
-- its key whatever the planner thinks; runs as whoever calls it, behind the wall.
CREATE FUNCTION leave_days(of_tenant uuid, days integer[], ids uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = cartola, pg_temp
AS $$
DECLARE
    leaves movement_key;
BEGIN
    FOR leaves IN
        SELECT k.* FROM unnest(days, ids) AS c (booked_on, id) CROSS JOIN LATERAL (
            SELECT * FROM movement_key o WHERE o.tenant = of_tenant AND o.id = c.id LIMIT 1
        ) k WHERE k.booked_on <> c.booked_on
    LOOP
        DELETE FROM movement m WHERE m.tenant = of_tenant AND m.account = leaves.account
            AND m.booked_on = leaves.booked_on AND m.id = leaves.id;
    END LOOP;
END
$$;

-- Makes the partitions of months, counted from the year 0. Attaching takes no lock that reads or
-- writes of other months wait for.
CREATE FUNCTION add_movement_months(months integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    epoch CONSTANT date := '1970-01-01';
    month integer;
    first_day date;
    next_first date;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('cartola.movement_months', 0));
    FOREACH month IN ARRAY months LOOP
        IF month NOT BETWEEN 2000 * 12 AND 2100 * 12 - 1 THEN
            RAISE 'a month outside of those that have a partition of their own';
        END IF;
        first_day := make_date(month / 12, month % 12 + 1, 1);
        next_first := first_day + interval '1 month';
        name := 'movement_' || to_char(first_day, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE movement INCLUDING ALL)', name);
        EXECUTE format('ALTER TABLE movement ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
            name, first_day - epoch, next_first - epoch);
    END LOOP;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA cartola FROM PUBLIC;
