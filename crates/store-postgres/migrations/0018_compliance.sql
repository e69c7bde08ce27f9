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
