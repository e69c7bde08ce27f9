-- Jobs that keep something busy, such as an institution, and that can be cancelled. Conventions as in
-- 0002; 5 is the state of a job that was cancelled.

-- `lane` is empty where a job is in none.
ALTER TABLE job ADD COLUMN lane text COLLATE "C" NOT NULL DEFAULT '';

-- The next job of a tenant, lane by lane: one whose lane is full is passed over with its whole lane.
CREATE INDEX job_queued_lane ON job (tenant, queue, priority, lane, not_before, id) WHERE state = 1;
-- How many jobs of a lane run, whosever they are.
CREATE INDEX job_running_lane ON job (queue, lane) WHERE state = 2;

-- The consent that allows a job, NULL where it needs none.
ALTER TABLE job ADD COLUMN mandate uuid;
-- Why a job is to be cancelled or was, NULL where nobody wanted that.
ALTER TABLE job ADD COLUMN cancelled text;

CREATE INDEX job_of_mandate ON job (tenant, mandate) WHERE mandate IS NOT NULL AND ended_at IS NULL;

-- How far the last attempt at a job was when that was last noted; all of them or none.
ALTER TABLE job ADD COLUMN progress_step smallint, ADD COLUMN progress_done bigint,
    ADD COLUMN progress_accounts bigint, ADD COLUMN progress_movements bigint;

-- Takes the first job of a tenant that is due, that nobody else is taking, whose link is free and
-- whose lane has room. It goes from lane to lane by one search each; what a full lane holds is not
-- looked at. A link is taken for the time of the transaction before it is looked at, and passed over
-- where another claim has it: two claims never wait for each other here.
CREATE FUNCTION claim_job(
    of_tenant uuid, of_queue integer, now bigint, as_lease uuid, in_epoch uuid, until bigint,
    term bigint, lane_limit integer
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
            WITH RECURSIVE lanes (lane) AS (
                SELECT (
                    SELECT j.lane FROM job j
                    WHERE j.tenant = of_tenant AND j.queue = of_queue AND j.state = 1
                        AND j.priority = of_priority
                    ORDER BY j.lane LIMIT 1
                )
                UNION ALL
                SELECT (
                    SELECT j.lane FROM job j
                    WHERE j.tenant = of_tenant AND j.queue = of_queue AND j.state = 1
                        AND j.priority = of_priority AND j.lane > l.lane
                    ORDER BY j.lane LIMIT 1
                )
                FROM lanes l WHERE l.lane IS NOT NULL
            )
            SELECT f.id, f.link INTO found_id, found_link
            FROM (
                SELECT l.lane FROM lanes l
                WHERE l.lane = '' OR (l.lane IS NOT NULL AND (
                    lane_limit IS NULL OR lane_limit > (
                        SELECT count(*) FROM job r
                        WHERE r.queue = of_queue AND r.lane = l.lane AND r.state = 2
                    )))
                OFFSET 0
            ) l
            CROSS JOIN LATERAL (
                SELECT j.id, j.link, j.not_before FROM job j
                WHERE j.tenant = of_tenant AND j.queue = of_queue AND j.state = 1
                    AND j.priority = of_priority AND j.lane = l.lane AND j.not_before <= now
                    AND (j.link IS NULL OR (j.link <> ALL (busy) AND NOT EXISTS (
                        SELECT 1 FROM job r
                        WHERE r.tenant = of_tenant AND r.link = j.link AND r.state = 2
                    )))
                ORDER BY j.not_before, j.id LIMIT 1
                FOR UPDATE OF j SKIP LOCKED
            ) f
            ORDER BY f.not_before, f.id LIMIT 1;
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
                lease_epoch = in_epoch, lease_until = until, lease_term = term,
                progress_step = NULL, progress_done = NULL, progress_accounts = NULL,
                progress_movements = NULL
            WHERE tenant = of_tenant AND id = found_id RETURNING *;
            RETURN;
        END LOOP;
    END LOOP;
END
$$;

-- Takes what is due, at most one job for each lease, in the order in which tenants have their turns:
-- `cartola_store::jobs::turns` says it in Rust. Where there are limits, one claim at a time takes
-- from a queue, so that each counts all that run; else several do, and each counts what the others
-- have committed.
CREATE FUNCTION claim_jobs(
    of_queue integer, now bigint, in_epoch uuid, until bigint, term bigint, leases uuid[],
    lane_limit integer, tenant_limit integer
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
    IF lane_limit IS NOT NULL OR tenant_limit IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('cartola.claims', of_queue));
    END IF;
    SELECT array_agg(c.tenant), array_agg(c.running), array_agg(c.turn)
    INTO contenders, running, turns
    FROM (
        SELECT t.tenant, t.turn,
            (SELECT count(*) FROM job r WHERE r.queue = of_queue AND r.tenant = t.tenant
                AND r.state = 2) AS running
        FROM (
            -- Who has something queued: one search for each.
            WITH RECURSIVE waiting (tenant) AS (
                SELECT (SELECT j.tenant FROM job j WHERE j.state = 1 ORDER BY j.tenant LIMIT 1)
                UNION ALL
                SELECT (SELECT j.tenant FROM job j WHERE j.state = 1 AND j.tenant > w.tenant
                    ORDER BY j.tenant LIMIT 1)
                FROM waiting w WHERE w.tenant IS NOT NULL
            )
            SELECT w.tenant FROM waiting w WHERE w.tenant IS NOT NULL
        ) w JOIN job_turn t ON t.tenant = w.tenant AND t.queue = of_queue
        -- One search of `job_queued` for each priority, until one finds something.
        CROSS JOIN LATERAL (
            SELECT 1 FROM (VALUES (1), (2), (3)) AS p (priority) CROSS JOIN LATERAL (
                SELECT 1 FROM job q WHERE q.tenant = w.tenant AND q.queue = of_queue
                    AND q.state = 1 AND q.priority = p.priority AND q.not_before <= now
                ORDER BY q.not_before, q.id LIMIT 1
            ) q LIMIT 1
        ) due
    ) c
    WHERE tenant_limit IS NULL OR c.running < tenant_limit;
    WHILE cardinality(taken) < cardinality(leases) AND cardinality(contenders) > 0 LOOP
        SELECT c.place INTO best
        FROM unnest(contenders, running, turns) WITH ORDINALITY AS c (tenant, running, turn, place)
        ORDER BY c.running, c.turn, c.tenant LIMIT 1;
        -- Who has the fewest is the last to reach a limit.
        EXIT WHEN running[best] >= tenant_limit;
        SELECT * INTO claimed FROM claim_job(
            contenders[best], of_queue, now, leases[cardinality(taken) + 1], in_epoch, until, term,
            lane_limit);
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

-- Notes how far jobs are that run under these leases. What somebody else is just changing is passed
-- over: it is ending, or will be noted again.
CREATE FUNCTION note_progress(
    tenants uuid[], jobs uuid[], leases uuid[], steps smallint[], done bigint[], accounts bigint[],
    movements bigint[]
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    UPDATE job j SET progress_step = n.step, progress_done = n.done,
        progress_accounts = n.accounts, progress_movements = n.movements
    FROM (
        SELECT f.tenant, f.id, s.step, s.done, s.accounts, s.movements
        FROM unnest(tenants, jobs, leases, steps, done, accounts, movements)
            AS s (tenant, job, lease, step, done, accounts, movements)
        JOIN job f ON f.tenant = s.tenant AND f.id = s.job AND f.lease = s.lease AND f.state = 2
        FOR UPDATE OF f SKIP LOCKED
    ) n
    WHERE j.tenant = n.tenant AND j.id = n.id;
END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA cartola FROM PUBLIC;
