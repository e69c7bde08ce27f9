-- Every key begins with the tenant. Ids are uuid (their 16 bytes), dates are days since 1970-01-01,
-- instants are microseconds since 1970 in UTC, amounts are minor units: as in the embedded store, so
-- that a store can be copied from one to the other, and because date types of PostgreSQL hold less
-- than ours. A sealed value is three columns: *_key (data key id), *_schema (shape of what is
-- inside) and *_sealed.
--
-- No references are declared: each would cost one more search per row of an ingest. That a unit's
-- tenant exists is looked at once per unit.
--
-- Where a person may be absent and uniqueness must cover that too, the column holds the nil uuid.

-- Whose rows this transaction may see; nobody's where it was not said.
CREATE FUNCTION the_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('cartola.tenant', true), '')::uuid;

-- One row. `epoch` is that of the clock which all processes of this store share.
CREATE TABLE installation (
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    uuid    NOT NULL DEFAULT gen_random_uuid(),
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE installation_secret (
    name           text  NOT NULL PRIMARY KEY,
    wrapped_master bytea NOT NULL,
    wrapped        bytea NOT NULL
);

-- `sequence` is the order of adding, which no clock that was set back can change.
CREATE TABLE signing_key (
    sequence       bigint NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id             text   NOT NULL UNIQUE,
    algorithm      text   NOT NULL,
    wrapped_master bytea  NOT NULL,
    wrapped        bytea  NOT NULL,
    created_at     bigint NOT NULL
);

CREATE TABLE tenant (
    tenant     uuid   NOT NULL PRIMARY KEY,
    name       text   NOT NULL UNIQUE,
    created_at bigint NOT NULL
);

-- The last position of the change feed and the end of the audit chain. A unit that moves either
-- holds this row to its end: order of reading is order of commit, and no two such units of a tenant
-- can wait for each other. Apart from the audit, so that a chain that was cut short is found.
CREATE TABLE tenant_head (
    tenant         uuid   NOT NULL PRIMARY KEY,
    feed_position  bigint NOT NULL DEFAULT 0,
    audit_sequence bigint NOT NULL DEFAULT 0,
    audit_hash     bytea
) WITH (fillfactor = 50);

CREATE TABLE credential (
    tenant        uuid   NOT NULL,
    digest        bytea  NOT NULL,
    id            uuid   NOT NULL,
    kind          text   NOT NULL,
    scopes        text   NOT NULL,
    secret_key    uuid,
    secret_schema integer,
    secret_sealed bytea,
    created_at    bigint NOT NULL,
    revoked_at    bigint,
    PRIMARY KEY (tenant, digest),
    UNIQUE (tenant, id)
);

CREATE TABLE data_key (
    tenant         uuid   NOT NULL,
    id             uuid   NOT NULL,
    subject        uuid   NOT NULL,
    wrapped_master bytea  NOT NULL,
    wrapped        bytea  NOT NULL,
    created_at     bigint NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, subject)
);

CREATE TABLE person (
    tenant          uuid    NOT NULL,
    id              uuid    NOT NULL,
    lookup          bytea   NOT NULL,
    identity_key    uuid    NOT NULL,
    identity_schema integer NOT NULL,
    identity_sealed bytea   NOT NULL,
    created_at      bigint  NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, lookup)
);

CREATE TABLE link (
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    institution text    NOT NULL,
    person      uuid    NOT NULL,
    source      text    NOT NULL,
    state       text    NOT NULL,
    state_at    bigint  NOT NULL,
    version     bigint  NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, institution, person, source)
);

-- What links sign in with: credentials and device, under the data key of the link's person.
CREATE TABLE link_secret (
    tenant        uuid    NOT NULL,
    link          uuid    NOT NULL,
    mandate       uuid    NOT NULL,
    barred_since  bigint,
    barred_until  bigint,
    secret_key    uuid    NOT NULL,
    secret_schema integer NOT NULL,
    secret_sealed bytea   NOT NULL,
    PRIMARY KEY (tenant, link)
);

-- `ended_at` is the end of the term while the consent is granted, and the end it came to after.
CREATE TABLE consent (
    tenant      uuid     NOT NULL,
    id          uuid     NOT NULL,
    state       smallint NOT NULL,
    granted_at  bigint   NOT NULL,
    ended_at    bigint,
    version     bigint   NOT NULL,
    kind        text     NOT NULL,
    person      uuid,
    institution text     NOT NULL,
    link        uuid     NOT NULL,
    purpose     text     NOT NULL,
    evidence    bytea    NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE consent_set (
    tenant  uuid NOT NULL,
    id      uuid NOT NULL,
    consent uuid NOT NULL,
    rest    uuid,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE account (
    tenant        uuid    NOT NULL,
    id            uuid    NOT NULL,
    link          uuid    NOT NULL,
    institution   text    NOT NULL,
    kind          text    NOT NULL,
    currency      text    NOT NULL,
    identity      bytea   NOT NULL,
    mask          text    NOT NULL,
    holder_key    uuid    NOT NULL,
    holder_schema integer NOT NULL,
    holder_sealed bytea   NOT NULL,
    person        uuid,
    consents      uuid    NOT NULL,
    version       bigint  NOT NULL,
    created_at    bigint  NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, identity)
);

-- Which links have told of which accounts.
CREATE TABLE link_account (
    tenant  uuid NOT NULL,
    link    uuid NOT NULL,
    account uuid NOT NULL,
    PRIMARY KEY (tenant, link, account)
);

-- Of one kind, day and consent, the balance that was received last is kept.
CREATE TABLE balance (
    tenant      uuid     NOT NULL,
    account     uuid     NOT NULL,
    kind        smallint NOT NULL,
    as_of       integer  NOT NULL,
    consent     uuid     NOT NULL,
    received_at bigint   NOT NULL,
    import      uuid     NOT NULL,
    amount      bigint   NOT NULL,
    currency    text     NOT NULL,
    PRIMARY KEY (tenant, account, kind, as_of, consent)
);

-- A partition for each month, made when the first movement of it comes (`add_movement_months`), so
-- that an old month can be dropped at once. What lies outside of a hundred years has one partition
-- on either side; there is no default, which every new month would have to lock.
CREATE TABLE movement (
    tenant    uuid    NOT NULL,
    account   uuid    NOT NULL,
    booked_on integer NOT NULL,
    id        uuid    NOT NULL,
    body      bytea   NOT NULL,
    PRIMARY KEY (tenant, account, booked_on, id)
) PARTITION BY RANGE (booked_on);
-- Only lists of the whole tenant say the condition, which always holds: see `movements/page.rs`.
CREATE INDEX movement_by_day ON movement (tenant, booked_on, id) WHERE octet_length(body) > 0;
CREATE TABLE movement_before PARTITION OF movement FOR VALUES FROM (MINVALUE) TO (10957);
CREATE TABLE movement_after PARTITION OF movement FOR VALUES FROM (47482) TO (MAXVALUE);

-- Where a movement lies. An index over all partitions there cannot be: this keeps ids unique, and
-- holds the version that changes are decided on.
CREATE TABLE movement_key (
    tenant    uuid    NOT NULL,
    id        uuid    NOT NULL,
    account   uuid    NOT NULL,
    booked_on integer NOT NULL,
    version   bigint  NOT NULL,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 90);

CREATE TABLE source (
    tenant      uuid     NOT NULL,
    movement    uuid     NOT NULL,
    id          uuid     NOT NULL,
    import      uuid     NOT NULL,
    consent     uuid     NOT NULL,
    place       text     NOT NULL,
    source      smallint NOT NULL,
    as_of       integer  NOT NULL,
    received_at bigint   NOT NULL,
    reason      smallint NOT NULL,
    says        bytea,
    PRIMARY KEY (tenant, movement, id)
);

CREATE TABLE feed (
    tenant   uuid     NOT NULL,
    position bigint   NOT NULL,
    change   smallint NOT NULL,
    movement uuid     NOT NULL,
    PRIMARY KEY (tenant, position)
);

-- One pair may be merged, parted and merged again: the key holds each of these once.
CREATE TABLE alias (
    tenant   uuid    NOT NULL,
    alias    uuid    NOT NULL,
    movement uuid    NOT NULL,
    at       bigint  NOT NULL,
    undone   boolean NOT NULL,
    PRIMARY KEY (tenant, alias, movement, at, undone)
);
CREATE INDEX alias_by_movement ON alias (tenant, movement);

CREATE TABLE import (
    tenant      uuid     NOT NULL,
    id          uuid     NOT NULL,
    account     uuid     NOT NULL,
    consent     uuid     NOT NULL,
    archive     uuid     NOT NULL,
    content     bytea    NOT NULL,
    layout      text     NOT NULL,
    source      smallint NOT NULL,
    as_of       integer  NOT NULL,
    received_at bigint   NOT NULL,
    covers_from integer  NOT NULL,
    covers_to   integer  NOT NULL,
    complete    boolean  NOT NULL,
    period      text,
    outcome     text     NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX import_by_account ON import (tenant, account, id);
CREATE INDEX import_by_content ON import (tenant, content, id);
CREATE INDEX import_by_archive ON import (tenant, archive);

-- What readings confirmed by saying the same again. `unconfirmed` is ids of sources, one after
-- another.
CREATE TABLE sighting (
    tenant      uuid     NOT NULL,
    account     uuid     NOT NULL,
    consent     uuid     NOT NULL,
    covers_from integer  NOT NULL,
    covers_to   integer  NOT NULL,
    complete    boolean  NOT NULL,
    source      smallint NOT NULL,
    as_of       integer  NOT NULL,
    received_at bigint   NOT NULL,
    import      uuid     NOT NULL,
    decided     uuid     NOT NULL,
    unconfirmed bytea    NOT NULL,
    PRIMARY KEY (tenant, account, consent, covers_from, covers_to, complete)
);

-- What institutions told of products as a whole.
CREATE TABLE record (
    tenant         uuid    NOT NULL,
    id             uuid    NOT NULL,
    link           uuid    NOT NULL,
    kind           text    NOT NULL,
    version        integer NOT NULL,
    consent        uuid    NOT NULL,
    archive        uuid    NOT NULL,
    digest         bytea   NOT NULL,
    first_read_at  bigint  NOT NULL,
    last_read_at   bigint  NOT NULL,
    content_key    uuid    NOT NULL,
    content_schema integer NOT NULL,
    content        bytea   NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX record_of_link ON record (tenant, link, kind, id);
CREATE INDEX record_by_archive ON record (tenant, archive);

-- What clients asked for, and look at until it has ended. `failure` is absent where it went well,
-- `ended_at` as long as it has not ended.
CREATE TABLE task (
    tenant        uuid   NOT NULL,
    id            uuid   NOT NULL,
    action        text   NOT NULL,
    link          uuid,
    job           uuid,
    ending        uuid,
    mandate       uuid,
    created_at    bigint NOT NULL,
    expires_at    bigint NOT NULL,
    ended_at      bigint,
    failure       text,
    result_key    uuid,
    result_schema integer,
    result        bytea,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX task_by_end ON task (expires_at);

-- The last reading of each link. `failure` is absent where it went well; `kinds` has a bit for each
-- product that was asked for as a whole, `records` how many were told of.
CREATE TABLE reading (
    tenant       uuid     NOT NULL,
    link         uuid     NOT NULL,
    link_version bigint   NOT NULL,
    mandate      uuid     NOT NULL,
    scope        smallint NOT NULL,
    from_day     integer,
    to_day       integer,
    began_at     bigint   NOT NULL,
    ended_at     bigint   NOT NULL,
    failure      text,
    accounts     bigint   NOT NULL,
    lines        bigint   NOT NULL,
    new          bigint   NOT NULL,
    duplicates   bigint   NOT NULL,
    amended      bigint   NOT NULL,
    removed      bigint   NOT NULL,
    kinds        bigint   NOT NULL,
    records      bigint   NOT NULL,
    PRIMARY KEY (tenant, link)
);

-- Attempts to sign in of which some went wrong, or may have.
CREATE TABLE sign_ins (
    tenant         uuid   NOT NULL,
    institution    text   NOT NULL,
    person         uuid   NOT NULL,
    refused        bigint NOT NULL,
    open           bigint NOT NULL,
    last_at        bigint NOT NULL,
    locked_until   bigint,
    refused_secret bytea,
    refused_at     bigint,
    open_secret    bytea,
    version        bigint NOT NULL,
    PRIMARY KEY (tenant, institution, person)
);

CREATE TABLE audit (
    tenant   uuid   NOT NULL,
    sequence bigint NOT NULL,
    at       bigint NOT NULL,
    body     text   NOT NULL,
    hash     bytea  NOT NULL,
    PRIMARY KEY (tenant, sequence)
);

CREATE TABLE answer (
    tenant      uuid     NOT NULL,
    key         bytea    NOT NULL,
    fingerprint bytea    NOT NULL,
    status      integer  NOT NULL,
    body_key    uuid     NOT NULL,
    body_schema integer  NOT NULL,
    body_sealed bytea    NOT NULL,
    expires_at  bigint   NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX answer_by_end ON answer (tenant, expires_at);

-- What sources said, word by word. Sealed bytes cannot be compressed. `kept_at` is the database's
-- time: from it follows what no import that is under way can name any more.
CREATE TABLE archive (
    tenant        uuid        NOT NULL,
    id            uuid        NOT NULL,
    object_key    uuid        NOT NULL,
    object_schema integer     NOT NULL,
    object_sealed bytea       NOT NULL,
    kept_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, id)
);
ALTER TABLE archive ALTER COLUMN object_sealed SET STORAGE EXTERNAL;
CREATE INDEX archive_by_age ON archive (kept_at);
