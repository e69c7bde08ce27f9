-- Jobs that keep something busy, such as an institution. Conventions as in 0002.

-- `lane` is empty where a job is in none.
ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT '';

-- The next job of a tenant, lane by lane: one whose lane is full is passed over with its whole lane.
DROP INDEX job_queued;
CREATE INDEX job_queued ON job (tenant, queue, priority, lane, not_before, id) WHERE state = 1;
-- How many jobs of a lane run, whosever they are.
CREATE INDEX job_running_lane ON job (queue, lane) WHERE state = 2;
