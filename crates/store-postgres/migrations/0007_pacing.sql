-- What processes agree on about institutions. No tenant's; not worth its place in the log of writes,
-- since after a crash nobody has called anybody.
CREATE UNLOGGED TABLE pacing (
    institution text NOT NULL PRIMARY KEY,
    -- When the burst is whole again, and until when the institution is left alone: microseconds of
    -- the database's clock.
    settled bigint NOT NULL DEFAULT 0,
    paused_until bigint NOT NULL DEFAULT 0
);

-- Takes slots of an institution, unless the first lies further away than the longest wait; gives how
-- far away that is, and how long the institution is to be left alone. All spans are microseconds.
CREATE FUNCTION take_slots(
    of_institution text, slots integer, spacing bigint, burst integer, longest bigint,
    furthest bigint
) RETURNS TABLE (first bigint, paused bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = cartola, pg_temp
AS $$
DECLARE
    known pacing;
    now bigint;
    base bigint;
BEGIN
    INSERT INTO pacing (institution) VALUES (of_institution) ON CONFLICT DO NOTHING;
    SELECT * INTO known FROM pacing p WHERE p.institution = of_institution FOR UPDATE;
    -- After waiting for the row, or several would count from the same moment.
    now := extract(epoch FROM clock_timestamp()) * 1000000;
    -- What lies further ahead was written by a clock that has been set back since.
    base := CASE WHEN known.settled BETWEEN now AND now + furthest + spacing * (burst + slots)
        THEN known.settled ELSE now END;
    first := base - now - spacing * (burst - 1);
    paused := CASE WHEN known.paused_until - now BETWEEN 1 AND furthest
        THEN known.paused_until - now ELSE 0 END;
    IF first <= longest THEN
        UPDATE pacing p SET settled = base + spacing * slots
        WHERE p.institution = of_institution;
    END IF;
    RETURN NEXT;
END
$$;

-- Leaves an institution alone for so long.
CREATE FUNCTION pause_institution(of_institution text, pause bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = cartola, pg_temp
BEGIN ATOMIC
    INSERT INTO pacing (institution, paused_until)
    VALUES (of_institution, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + pause)
    ON CONFLICT (institution) DO UPDATE SET paused_until = excluded.paused_until;
END;

REVOKE ALL ON FUNCTION take_slots(text, integer, bigint, integer, bigint, bigint),
    pause_institution(text, bigint) FROM PUBLIC;
