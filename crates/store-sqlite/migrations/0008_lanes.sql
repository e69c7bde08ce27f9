-- Jobs that keep something busy, such as an institution, and that can be cancelled. Conventions as in
-- 0002; 5 is the state of a job that was cancelled.

-- `lane` is empty where a job is in none.
ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT '';

-- The next job of a tenant, lane by lane: one whose lane is full is passed over with its whole lane.
DROP INDEX job_queued;
CREATE INDEX job_queued ON job (tenant, queue, priority, lane, not_before, id) WHERE state = 1;
-- How many jobs of a lane run, whosever they are.
CREATE INDEX job_running_lane ON job (queue, lane) WHERE state = 2;

-- The consent that allows a job, NULL where it needs none.
ALTER TABLE job ADD COLUMN mandate BLOB;
-- Why a job is to be cancelled or was, NULL where nobody wanted that.
ALTER TABLE job ADD COLUMN cancelled TEXT;

CREATE INDEX job_of_mandate ON job (tenant, mandate) WHERE mandate IS NOT NULL AND ended_at IS NULL;

-- How far the last attempt at a job was when that was last noted; all of them or none.
ALTER TABLE job ADD COLUMN progress_step INTEGER;
ALTER TABLE job ADD COLUMN progress_done INTEGER;
ALTER TABLE job ADD COLUMN progress_accounts INTEGER;
ALTER TABLE job ADD COLUMN progress_movements INTEGER;
