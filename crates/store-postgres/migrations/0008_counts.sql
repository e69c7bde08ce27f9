-- The number of jobs that have not ended, so that those who end them at the same time do not wait for
-- each other up to the disk: each connection counts in one of sixteen parts. Only their sum says
-- something; a part may be below zero.
ALTER TABLE job_open ADD COLUMN part smallint NOT NULL DEFAULT 0;
ALTER TABLE job_open DROP CONSTRAINT job_open_pkey;
ALTER TABLE job_open ADD PRIMARY KEY (tenant, queue, part);
INSERT INTO job_open (tenant, queue, part, open)
    SELECT o.tenant, o.queue, p.part, 0 FROM job_open o CROSS JOIN generate_series(1, 15) p (part);

-- Takes what is due, at most one job for each lease, in the order in which tenants have their turns:
-- `cartola_store::jobs::turns` says it in Rust. Where there are limits, one claim at a time takes
-- from a queue, so that each counts all that run; else several do, and each counts what the others
-- have committed.
CREATE OR REPLACE FUNCTION claim_jobs(
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
