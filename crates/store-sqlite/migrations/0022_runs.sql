-- Entries of one account that were told together stand in one row: the ids of their movements, 16 bytes
-- each, and the position of the last. A row for each took two trees of its own, one only to be found
-- again when a person is erased.
CREATE TABLE feed_run (
    tenant    BLOB    NOT NULL,
    position  INTEGER NOT NULL,
    change    INTEGER NOT NULL,
    account   BLOB    NOT NULL,
    movements BLOB    NOT NULL,
    PRIMARY KEY (tenant, position)
) WITHOUT ROWID, STRICT;

INSERT INTO feed_run (tenant, position, change, account, movements)
    SELECT f.tenant, f.position, f.change, m.account, f.movement
    FROM feed f CROSS JOIN movement m INDEXED BY movement_by_id
    ON m.tenant = f.tenant AND m.id = f.movement
    ORDER BY f.tenant, f.position;

DROP TABLE feed;
ALTER TABLE feed_run RENAME TO feed;
CREATE INDEX feed_of_account ON feed (tenant, account);

-- Numbers from 0, as many as entries of a run at most, by which SQL takes runs apart.
CREATE TABLE place (number INTEGER PRIMARY KEY) STRICT;
INSERT INTO place (number) WITH RECURSIVE n (i) AS
    (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 63) SELECT i FROM n;

CREATE VIEW feed_entry (tenant, run, place, position, change, account, movement) AS
    SELECT f.tenant, f.position, p.number, f.position - length(f.movements) / 16 + 1 + p.number,
        f.change, f.account, substr(f.movements, 16 * p.number + 1, 16)
    FROM feed f CROSS JOIN place p ON p.number < length(f.movements) / 16;

-- Which movements of a tenant a day has, for lists over all accounts: what was an index. A history of two
-- years changes a page for nearly each of its days, whoever's it is, so accounts that are new wait in
-- `unlisted`, and are listed by the dozen. Until then, lists read them beside.
CREATE TABLE movement_day (
    tenant    BLOB    NOT NULL,
    booked_on INTEGER NOT NULL,
    id        BLOB    NOT NULL,
    account   BLOB    NOT NULL,
    PRIMARY KEY (tenant, booked_on, id)
) WITHOUT ROWID, STRICT;

INSERT INTO movement_day (tenant, booked_on, id, account)
    SELECT tenant, booked_on, id, account FROM movement INDEXED BY movement_by_day
    ORDER BY tenant, booked_on, id;

DROP INDEX movement_by_day;

-- How many movements an account has that `movement_day` has not: all of them.
CREATE TABLE unlisted (
    tenant    BLOB    NOT NULL,
    account   BLOB    NOT NULL,
    movements INTEGER NOT NULL,
    PRIMARY KEY (tenant, account)
) WITHOUT ROWID, STRICT;
