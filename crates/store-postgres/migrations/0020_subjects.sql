-- Raised at each decision on a matter of theirs: what is added of a person expects it.
ALTER TABLE person ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- What is a person's is found without reading what is others'.
CREATE INDEX consent_of_person ON consent (tenant, person, id) WHERE person IS NOT NULL;
CREATE INDEX link_of_person ON link (tenant, person);
CREATE INDEX account_of_person ON account (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX account_of_link ON account (tenant, link);
CREATE INDEX payment_of_person ON payment (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX instruction_of_person ON instruction (tenant, person) WHERE person IS NOT NULL;
CREATE INDEX feed_of_movement ON feed (tenant, movement);
CREATE INDEX task_of_link ON task (tenant, link) WHERE link IS NOT NULL;
CREATE INDEX link_of_account ON link_account (tenant, account);
CREATE INDEX movement_of_account ON movement_key (tenant, account);

-- Keyed digest of the RUT of who asks: they are found by it, however little was kept of them then.
ALTER TABLE matter ADD COLUMN subject bytea;
UPDATE matter SET subject =
    (SELECT p.lookup FROM person p WHERE p.tenant = matter.tenant AND p.id = matter.person);
CREATE INDEX matter_by_subject ON matter (tenant, subject, id) WHERE subject IS NOT NULL;
DROP INDEX matter_by_person;

-- Suspended ones run out too.
CREATE INDEX consent_by_end ON consent (ended_at) WHERE state IN (1, 4) AND ended_at IS NOT NULL;
DROP INDEX consent_by_term;
CREATE OR REPLACE FUNCTION consents_run_out(now bigint, at_most integer)
RETURNS TABLE (tenant uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT c.tenant, c.id FROM consent c
    WHERE c.state IN (1, 4) AND c.ended_at IS NOT NULL AND c.ended_at <= now
    ORDER BY c.ended_at LIMIT at_most;
END;

-- The same behind one of them, for processes that know this schema: what cannot be read stays among them.
CREATE FUNCTION consents_run_out_after(
    now bigint, at_most integer, after_end bigint, after_tenant uuid, after_id uuid)
RETURNS TABLE (ended_at bigint, tenant uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT c.ended_at, c.tenant, c.id FROM consent c
    WHERE c.state IN (1, 4) AND c.ended_at IS NOT NULL AND c.ended_at <= now
        AND (c.ended_at, c.tenant, c.id) > (after_end, after_tenant, after_id)
    ORDER BY c.ended_at, c.tenant, c.id LIMIT at_most;
END;

-- Whether a payment or an instruction has not ended, by the name of its state.
CREATE FUNCTION payment_is_pending(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state NOT IN ('completed', 'failed');

CREATE FUNCTION instruction_is_pending(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN state NOT IN ('completed', 'claimed', 'expired', 'cancelled', 'failed');

-- What there is of a person: consents, what a law says is to be kept, how much of that has not ended,
-- and when the last of it was asked for.
CREATE FUNCTION held_of(of_tenant uuid, of_person uuid)
RETURNS TABLE (consents bigint, kept bigint, pending bigint, last_kept_at bigint)
LANGUAGE sql STABLE SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT (SELECT count(*) FROM consent c WHERE c.tenant = of_tenant AND c.person = of_person),
        count(*), count(*) FILTER (WHERE k.pending), max(k.at)
    FROM (
        SELECT p.created_at AS at, payment_is_pending(p.state) AS pending
            FROM payment p WHERE p.tenant = of_tenant AND p.person = of_person
        UNION ALL
        SELECT i.created_at, instruction_is_pending(i.state)
            FROM instruction i WHERE i.tenant = of_tenant AND i.person = of_person
        UNION ALL
        SELECT a.created_at, false
            FROM authorized a WHERE a.tenant = of_tenant AND a.person = of_person
        UNION ALL
        -- A code that no phone took is no reason to keep anybody.
        SELECT CASE WHEN e.phone_sealed IS NOT NULL THEN e.created_at END, false
            FROM enrolment e WHERE e.tenant = of_tenant AND e.person = of_person
    ) k;
END;

-- Programs of before ask it; what they keep is now kept for instructions too.
CREATE OR REPLACE FUNCTION last_kept_of(of_tenant uuid, of_person uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = cartola, pg_temp
BEGIN ATOMIC
    SELECT last_kept_at FROM held_of(of_tenant, of_person);
END;

-- Erases what was kept until an instant because a law says so, but what has not ended.
CREATE FUNCTION shred_kept_of(of_tenant uuid, of_person uuid, until bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
BEGIN
    IF of_tenant IS DISTINCT FROM the_tenant() THEN
        RAISE 'another tenant than that of the transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Whose a payout is stands in the key that seals it, and which its payments are, under that seal.
    DELETE FROM payout WHERE tenant = of_tenant AND created_at <= until
        AND order_key IN (SELECT id FROM data_key WHERE tenant = of_tenant AND subject = of_person)
        AND NOT EXISTS (SELECT 1 FROM payment WHERE tenant = of_tenant AND person = of_person
            AND created_at <= until AND payment_is_pending(state));
    DELETE FROM payment WHERE tenant = of_tenant AND person = of_person AND created_at <= until
        AND NOT payment_is_pending(state);
    DELETE FROM instruction WHERE tenant = of_tenant AND person = of_person AND created_at <= until
        AND NOT instruction_is_pending(state);
    DELETE FROM authorized WHERE tenant = of_tenant AND person = of_person AND created_at <= until;
END
$$;

-- As before, and a file that tells of several people is kept for nobody: it is sealed under the key of one.
CREATE OR REPLACE FUNCTION forget_person(of_tenant uuid, of_person uuid) RETURNS void
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
    UPDATE import i SET archive = '00000000-0000-0000-0000-000000000000' FROM import t
        WHERE i.tenant = of_tenant AND t.tenant = of_tenant AND t.archive = i.archive
            AND t.account = ANY (their_accounts) AND i.account <> ALL (their_accounts);
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

CREATE OR REPLACE FUNCTION shred_person(of_tenant uuid, of_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
BEGIN
    IF of_tenant IS DISTINCT FROM the_tenant() THEN
        RAISE 'another tenant than that of the transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM payment WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM instruction WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM authorized WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM enrolment WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM known_payee WHERE tenant = of_tenant AND person = of_person;
    DELETE FROM data_key WHERE tenant = of_tenant AND subject = of_person;
    DELETE FROM person WHERE tenant = of_tenant AND id = of_person;
END
$$;

-- Whoever owns nothing here may call none of them; the role that serves is granted them.
REVOKE ALL ON FUNCTION forget_person(uuid, uuid), shred_person(uuid, uuid),
    last_kept_of(uuid, uuid), held_of(uuid, uuid), shred_kept_of(uuid, uuid, bigint),
    payment_is_pending(text), instruction_is_pending(text),
    consents_run_out_after(bigint, integer, bigint, uuid, uuid) FROM PUBLIC;
