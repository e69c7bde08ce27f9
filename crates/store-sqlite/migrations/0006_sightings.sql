-- What readings confirmed by saying the same again. `unconfirmed` is ids of sources, one after
-- another.
CREATE TABLE sighting (
    tenant      BLOB    NOT NULL,
    account     BLOB    NOT NULL,
    consent     BLOB    NOT NULL,
    covers_from INTEGER NOT NULL,
    covers_to   INTEGER NOT NULL,
    complete    INTEGER NOT NULL,
    source      INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    import      BLOB    NOT NULL,
    decided     BLOB    NOT NULL,
    unconfirmed BLOB    NOT NULL,
    PRIMARY KEY (tenant, account, consent, covers_from, covers_to, complete)
) WITHOUT ROWID, STRICT;

-- Of one kind, day and consent the balance that was received last is enough. The key is the order
-- in which the latest reading is looked for, backwards.
CREATE TABLE balance_of_day (
    tenant      BLOB    NOT NULL,
    account     BLOB    NOT NULL,
    kind        INTEGER NOT NULL,
    as_of       INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    import      BLOB    NOT NULL,
    amount      INTEGER NOT NULL,
    currency    TEXT    NOT NULL,
    consent     BLOB    NOT NULL,
    PRIMARY KEY (tenant, account, kind, as_of, received_at, import)
) WITHOUT ROWID, STRICT;

INSERT INTO balance_of_day
SELECT b.tenant, b.account, b.kind, b.as_of, i.received_at, b.import, b.amount, b.currency, b.consent
FROM balance b JOIN import i ON i.tenant = b.tenant AND i.id = b.import
WHERE NOT EXISTS (
    SELECT 1 FROM balance o JOIN import j ON j.tenant = o.tenant AND j.id = o.import
    WHERE o.tenant = b.tenant AND o.account = b.account AND o.kind = b.kind AND o.as_of = b.as_of
        AND o.consent = b.consent AND (j.received_at, j.id) > (i.received_at, i.id)
);

DROP TABLE balance;
ALTER TABLE balance_of_day RENAME TO balance;
