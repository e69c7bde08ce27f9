-- Where audit chains stood when they were signed. `day` is days since 1970-01-01, `signed` a compact JWS.
CREATE TABLE audit_anchor (
    tenant   uuid NOT NULL,
    number   bigint NOT NULL,
    day      integer NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea NOT NULL,
    made_at  bigint NOT NULL,
    signed   text NOT NULL,
    PRIMARY KEY (tenant, number)
);

ALTER TABLE audit_anchor ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON audit_anchor USING (tenant = the_tenant());

-- Who receives data beside the tenant, and which data it is: names with commas between them. NULL is
-- nobody, and everything. A consent may be suspended from now on, which programs that know an earlier
-- schema alone do not understand: suspend none before all processes are of this version.
ALTER TABLE consent ADD COLUMN recipient text;
ALTER TABLE consent ADD COLUMN data text;

-- What people ask of whoever keeps their data, and breaches of it. `due_at` is when it is to be answered,
-- or, where a law says that some is to be kept, when that may be erased.
CREATE TABLE matter (
    tenant         uuid NOT NULL,
    id             uuid NOT NULL,
    kind           text NOT NULL,
    person         uuid,
    opened_at      bigint NOT NULL,
    state          text NOT NULL,
    due_at         bigint NOT NULL,
    content_key    uuid NOT NULL,
    content_schema integer NOT NULL,
    content_sealed bytea NOT NULL,
    version        bigint NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX matter_by_person ON matter (tenant, person, kind);

ALTER TABLE matter ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON matter USING (tenant = the_tenant());

-- Erases what is kept of a person but what a law says is to be kept: payments, what they approved, and who
-- they are. The role that serves may call it for the tenant of its transaction alone.
CREATE FUNCTION forget_person(of_tenant uuid, of_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    their_links uuid[];
    their_accounts uuid[];
    gone bigint;
BEGIN
    IF of_tenant IS DISTINCT FROM the_tenant() THEN
        RAISE 'another tenant than that of the transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT coalesce(array_agg(id), '{}') INTO their_links
        FROM link WHERE tenant = of_tenant AND person = of_person;
    SELECT coalesce(array_agg(id), '{}') INTO their_accounts FROM account
        WHERE tenant = of_tenant
            AND (person = of_person OR (person IS NULL AND link = ANY (their_links)));
    WITH entries AS (
        DELETE FROM feed f USING movement_key k WHERE f.tenant = of_tenant
            AND k.tenant = of_tenant AND k.id = f.movement AND k.account = ANY (their_accounts)
        RETURNING 1
    ) SELECT count(*) INTO gone FROM entries;
    IF gone > 0 THEN
        INSERT INTO feed_forgotten AS g (tenant, entries) VALUES (of_tenant, gone)
            ON CONFLICT (tenant) DO UPDATE SET entries = g.entries + excluded.entries;
    END IF;
    DELETE FROM source s USING movement_key k WHERE s.tenant = of_tenant
        AND k.tenant = of_tenant AND k.id = s.movement AND k.account = ANY (their_accounts);
    DELETE FROM alias a USING movement_key k WHERE a.tenant = of_tenant
        AND k.tenant = of_tenant AND k.id IN (a.alias, a.movement)
        AND k.account = ANY (their_accounts);
    DELETE FROM movement WHERE tenant = of_tenant AND account = ANY (their_accounts);
    DELETE FROM movement_key WHERE tenant = of_tenant AND account = ANY (their_accounts);
    DELETE FROM balance WHERE tenant = of_tenant AND account = ANY (their_accounts);
    DELETE FROM sighting WHERE tenant = of_tenant AND account = ANY (their_accounts);
    DELETE FROM import WHERE tenant = of_tenant AND account = ANY (their_accounts);
    DELETE FROM link_account WHERE tenant = of_tenant
        AND (account = ANY (their_accounts) OR link = ANY (their_links));
    DELETE FROM account WHERE tenant = of_tenant AND id = ANY (their_accounts);
    DELETE FROM record WHERE tenant = of_tenant AND link = ANY (their_links);
    DELETE FROM task WHERE tenant = of_tenant AND link = ANY (their_links);
    DELETE FROM reading WHERE tenant = of_tenant AND link = ANY (their_links);
    DELETE FROM link_secret WHERE tenant = of_tenant AND link = ANY (their_links);
    DELETE FROM sign_ins WHERE tenant = of_tenant AND person = of_person;
END
$$;

-- Erases the rest, with the key under which whatever is left of it anywhere was sealed.
CREATE FUNCTION shred_person(of_tenant uuid, of_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
BEGIN
    IF of_tenant IS DISTINCT FROM the_tenant() THEN
        RAISE 'another tenant than that of the transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM payment WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM authorized WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM enrolment WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM known_payee WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM data_key WHERE tenant = of_tenant AND subject = of_person;
    DELETE FROM person WHERE tenant = of_tenant AND id = of_person;
END
$$;

-- When the last thing was done for a person that a law says is to be kept.
CREATE FUNCTION last_kept_of(of_tenant uuid, of_person uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT max(at) FROM (
        SELECT max(created_at) AS at FROM payment WHERE tenant = of_tenant AND person = of_person
        UNION ALL
        SELECT max(created_at) FROM authorized WHERE tenant = of_tenant AND person = of_person
        UNION ALL
        SELECT max(created_at) FROM enrolment WHERE tenant = of_tenant AND person = of_person
    ) kept;
END;
