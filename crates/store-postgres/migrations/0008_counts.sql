-- The number of jobs that have not ended, so that those who end them at the same time do not wait for
-- each other up to the disk: each connection counts in one of sixteen parts. Only their sum says
-- something; a part may be below zero.
ALTER TABLE job_open ADD COLUMN part smallint NOT NULL DEFAULT 0;
ALTER TABLE job_open DROP CONSTRAINT job_open_pkey;
ALTER TABLE job_open ADD PRIMARY KEY (tenant, queue, part);
INSERT INTO job_open (tenant, queue, part, open)
    SELECT o.tenant, o.queue, p.part, 0 FROM job_open o CROSS JOIN generate_series(1, 15) p (part);
