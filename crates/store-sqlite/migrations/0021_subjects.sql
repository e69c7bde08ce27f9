-- Raised at each decision on a matter of theirs: what is added of a person expects it.
ALTER TABLE person ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- What is a person's is found without reading what is others'.
CREATE INDEX consent_of_person ON consent (tenant, person, id) WHERE person IS NOT NULL;
CREATE INDEX link_of_person ON link (tenant, person);
CREATE INDEX account_of_person ON account (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX account_of_link ON account (tenant, link);
CREATE INDEX payment_of_person ON payment (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX instruction_of_person ON instruction (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX feed_of_movement ON feed (tenant, movement);
CREATE INDEX task_of_link ON task (tenant, link) WHERE link IS NOT NULL;
CREATE INDEX import_by_archive ON import (tenant, archive);
CREATE INDEX link_of_account ON link_account (tenant, account);

-- Suspended ones run out too.
DROP INDEX consent_by_term;
CREATE INDEX consent_by_term ON consent (ended_at) WHERE state IN (1, 4) AND ended_at IS NOT NULL;

-- Keyed digest of the RUT of who asks: they are found by it, however little was kept of them then.
ALTER TABLE matter ADD COLUMN subject BLOB;
UPDATE matter SET subject =
    (SELECT p.lookup FROM person p WHERE p.tenant = matter.tenant AND p.id = matter.person);
CREATE INDEX matter_by_subject ON matter (tenant, subject, id) WHERE subject IS NOT NULL;
DROP INDEX matter_by_person;

-- One row: how many units erased something, and after how many of them the log was emptied. What was
-- erased since may still lie in the files.
CREATE TABLE erasure (
    id     INTEGER NOT NULL PRIMARY KEY,
    erased INTEGER NOT NULL,
    gone   INTEGER NOT NULL
) STRICT;
