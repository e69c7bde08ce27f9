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

-- Takes jobs of a tenant that are due, at most one for each lease: of the highest priority first, of
-- several the one that is due first. It goes from lane to lane by one search each, and looks at no more
-- of a lane than has room there; of one link, one job runs at a time. What somebody else is just
-- changing is passed over.
CREATE FUNCTION claim_of_tenant(
    of_tenant uuid, of_queue integer, now bigint, leases uuid[], in_epoch uuid, until bigint,
    term bigint, lane_limit integer
) RETURNS SETOF job
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    wanted CONSTANT integer := cardinality(leases);
    -- Links of which this claim has taken something.
    busy uuid[] := ARRAY[]::uuid[];
    -- Jobs that somebody else is just changing.
    changing uuid[] := ARRAY[]::uuid[];
    taken integer := 0;
    passed_over boolean;
    due record;
    claimed job;
BEGIN
    FOR of_priority IN 1..3 LOOP
        LOOP
            passed_over := false;
            FOR due IN
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
                SELECT f.id, f.link
                FROM (
                    SELECT l.lane, CASE WHEN l.lane = '' OR lane_limit IS NULL THEN wanted - taken
                        ELSE least(wanted - taken, lane_limit - (
                            SELECT count(*) FROM job r
                            WHERE r.queue = of_queue AND r.lane = l.lane AND r.state = 2
                        )) END AS places
                    FROM lanes l WHERE l.lane IS NOT NULL
                    OFFSET 0
                ) l
                CROSS JOIN LATERAL (
                    SELECT j.id, j.link, j.not_before FROM job j
                    WHERE j.tenant = of_tenant AND j.queue = of_queue AND j.state = 1
                        AND j.priority = of_priority AND j.lane = l.lane AND j.not_before <= now
                        AND j.id <> ALL (changing)
                        AND (j.link IS NULL OR (j.link <> ALL (busy) AND NOT EXISTS (
                            SELECT 1 FROM job r
                            WHERE r.tenant = of_tenant AND r.link = j.link AND r.state = 2
                        )))
                    ORDER BY j.not_before, j.id LIMIT greatest(l.places, 0)
                ) f
                ORDER BY f.not_before, f.id LIMIT wanted - taken
            LOOP
                IF due.link = ANY (busy) THEN
                    -- Others may stand behind it.
                    passed_over := true;
                    CONTINUE;
                END IF;
                UPDATE job SET state = 2, attempts = attempts + 1, lease = leases[taken + 1],
                    lease_epoch = in_epoch, lease_until = until, lease_term = term,
                    progress_step = NULL, progress_done = NULL, progress_accounts = NULL,
                    progress_movements = NULL
                WHERE tenant = of_tenant AND id = (
                    SELECT j.id FROM job j
                    WHERE j.tenant = of_tenant AND j.id = due.id AND j.state + 0 = 1
                    FOR UPDATE SKIP LOCKED
                )
                RETURNING * INTO claimed;
                IF NOT FOUND THEN
                    -- Somebody is just changing it: the next of its lane goes instead.
                    changing := changing || due.id;
                    passed_over := true;
                    CONTINUE;
                END IF;
                taken := taken + 1;
                IF due.link IS NOT NULL THEN
                    busy := busy || due.link;
                END IF;
                RETURN NEXT claimed;
            END LOOP;
            IF taken = wanted THEN
                RETURN;
            END IF;
            -- What was passed over is looked at no more, so that this ends.
            EXIT WHEN NOT passed_over;
        END LOOP;
    END LOOP;
END
$$;

-- Takes what is due, at most one job for each lease, in the order in which tenants have their turns:
-- `cartola_store::jobs::turns` says it in Rust. One claim at a time takes from a queue, so that each
-- counts all that run. None waits for the disk: a claim that a crash undoes is made again, and its jobs
-- are ended under their leases or not at all.
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
    -- Whose turns were given out, and how many jobs.
    served uuid[] := ARRAY[]::uuid[];
    given bigint[] := ARRAY[]::bigint[];
    taken integer := 0;
    best integer;
    next_running bigint;
    share integer;
    got integer;
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
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('cartola.claims', of_queue));
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
    WHILE taken < cardinality(leases) AND cardinality(contenders) > 0 LOOP
        SELECT c.place, c.next_running INTO best, next_running
        FROM (
            SELECT u.*, lead(u.running) OVER (ORDER BY u.running, u.turn, u.tenant) AS next_running
            FROM unnest(contenders, running, turns) WITH ORDINALITY
                AS u (tenant, running, turn, place)
        ) c
        ORDER BY c.running, c.turn, c.tenant LIMIT 1;
        -- Who has the fewest is the last to reach a limit.
        EXIT WHEN running[best] >= tenant_limit;
        -- As many in a row as it would be given one by one: all, where nobody else wants any.
        share := least(cardinality(leases) - taken, tenant_limit - running[best], CASE
            WHEN next_running IS NOT NULL THEN greatest(next_running - running[best], 1) END);
        got := 0;
        FOR claimed IN SELECT * FROM claim_of_tenant(contenders[best], of_queue, now,
            leases[taken + 1:taken + share], in_epoch, until, term, lane_limit)
        LOOP
            got := got + 1;
            RETURN NEXT claimed;
        END LOOP;
        IF got > 0 THEN
            taken := taken + got;
            running[best] := running[best] + got;
            turns[best] := nextval('job_turn_number');
            served := served || contenders[best];
            given := given || turns[best];
        END IF;
        IF got < share THEN
            contenders := contenders[:best - 1] || contenders[best + 1:];
            running := running[:best - 1] || running[best + 1:];
            turns := turns[:best - 1] || turns[best + 1:];
        END IF;
    END LOOP;
    FOR last IN SELECT g.tenant, max(g.turn) AS turn
        FROM unnest(served, given) AS g (tenant, turn) GROUP BY g.tenant
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
        JOIN job f ON f.tenant = s.tenant AND f.id = s.job AND f.lease = s.lease AND f.state + 0 = 2
        FOR UPDATE OF f SKIP LOCKED
    ) n
    WHERE j.tenant = n.tenant AND j.id = n.id;
END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA cartola FROM PUBLIC;
