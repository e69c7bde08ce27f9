-- The consents of one link, by id. A link through which calls read has one for each call.
CREATE INDEX consent_of_link ON consent (tenant, link, id);
