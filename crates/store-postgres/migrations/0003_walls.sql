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

-- Takes the first job of a tenant that is due, that nobody else is taking and whose link is free.
-- A link is taken for the time of the transaction before it is looked at, and passed over where
-- another claim has it: two claims never wait for each other.
CREATE FUNCTION claim_job(
    of_tenant uuid, of_queue integer, now bigint, as_lease uuid, in_epoch uuid, until bigint,
    term bigint
) RETURNS SETOF job
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    busy uuid[] := ARRAY[]::uuid[];
    found_id uuid;
    found_link uuid;
    of_priority integer;
BEGIN
    FOR of_priority IN 1..3 LOOP
        LOOP
            SELECT j.id, j.link INTO found_id, found_link FROM job j
            WHERE j.tenant = of_tenant AND j.queue = of_queue AND j.state = 1
                AND j.priority = of_priority AND j.not_before <= now
                AND (j.link IS NULL OR (j.link <> ALL (busy) AND NOT EXISTS (
                    SELECT 1 FROM job r
                    WHERE r.tenant = of_tenant AND r.link = j.link AND r.state = 2
                )))
            ORDER BY j.not_before, j.id LIMIT 1
            FOR UPDATE OF j SKIP LOCKED;
            EXIT WHEN NOT FOUND;
            IF found_link IS NOT NULL AND (
                NOT pg_try_advisory_xact_lock(hashtextextended(found_link::text, of_queue))
                OR EXISTS (SELECT 1 FROM job r
                    WHERE r.tenant = of_tenant AND r.link = found_link AND r.state = 2)
            ) THEN
                busy := busy || found_link;
                CONTINUE;
            END IF;
            RETURN QUERY UPDATE job SET state = 2, attempts = attempts + 1, lease = as_lease,
                lease_epoch = in_epoch, lease_until = until, lease_term = term
            WHERE tenant = of_tenant AND id = found_id RETURNING *;
            RETURN;
        END LOOP;
    END LOOP;
END
$$;

-- Takes what is due, at most one job for each lease, in the order in which tenants have their turns:
-- `cartola_store::jobs::turns` says it in Rust. Several may take at once; each counts what the
-- others have committed.
CREATE FUNCTION claim_jobs(
    of_queue integer, now bigint, in_epoch uuid, until bigint, term bigint, leases uuid[]
) RETURNS SETOF job
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    contenders uuid[];
    running bigint[];
    turns bigint[];
    taken uuid[] := ARRAY[]::uuid[];
    given bigint[] := ARRAY[]::bigint[];
    best integer;
    claimed job;
    last record;
BEGIN
    -- Mostly nobody has anything to do.
    IF NOT EXISTS (SELECT 1 FROM job q
        WHERE q.queue = of_queue AND q.lease IS NULL AND q.ended_at IS NULL
            AND q.not_before <= now)
    THEN
        RETURN;
    END IF;
    SELECT array_agg(c.tenant), array_agg(c.running), array_agg(c.turn)
    INTO contenders, running, turns
    FROM (
        SELECT t.tenant, t.turn,
            (SELECT count(*) FROM job r WHERE r.queue = of_queue AND r.tenant = t.tenant
                AND r.state = 2) AS running
        FROM job_open o JOIN job_turn t ON t.tenant = o.tenant AND t.queue = o.queue
        -- One search of `job_queued` for each priority, until one finds something.
        CROSS JOIN LATERAL (
            SELECT 1 FROM (VALUES (1), (2), (3)) AS p (priority) CROSS JOIN LATERAL (
                SELECT 1 FROM job q WHERE q.tenant = o.tenant AND q.queue = of_queue
                    AND q.state = 1 AND q.priority = p.priority AND q.not_before <= now
                ORDER BY q.not_before, q.id LIMIT 1
            ) q LIMIT 1
        ) due
        WHERE o.queue = of_queue AND o.open > 0
    ) c;
    WHILE cardinality(taken) < cardinality(leases) AND cardinality(contenders) > 0 LOOP
        SELECT c.place INTO best
        FROM unnest(contenders, running, turns) WITH ORDINALITY AS c (tenant, running, turn, place)
        ORDER BY c.running, c.turn, c.tenant LIMIT 1;
        SELECT * INTO claimed FROM claim_job(
            contenders[best], of_queue, now, leases[cardinality(taken) + 1], in_epoch, until, term);
        IF claimed.id IS NULL THEN
            contenders := contenders[:best - 1] || contenders[best + 1:];
            running := running[:best - 1] || running[best + 1:];
            turns := turns[:best - 1] || turns[best + 1:];
        ELSE
            taken := taken || contenders[best];
            running[best] := running[best] + 1;
            turns[best] := nextval('job_turn_number');
            given := given || turns[best];
            RETURN NEXT claimed;
        END IF;
    END LOOP;
    -- In one order for all, so that two claims never wait for each other.
    FOR last IN SELECT g.tenant, max(g.turn) AS turn
        FROM unnest(taken, given) AS g (tenant, turn) GROUP BY g.tenant ORDER BY g.tenant
    LOOP
        UPDATE job_turn t SET turn = greatest(t.turn, last.turn)
        WHERE t.queue = of_queue AND t.tenant = last.tenant;
    END LOOP;
END
$$;

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
