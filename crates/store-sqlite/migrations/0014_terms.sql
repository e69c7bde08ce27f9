-- Granted consents by the end of their term, so that those that have run out are found without
-- reading all others.
CREATE INDEX consent_by_term ON consent (ended_at) WHERE state = 1 AND ended_at IS NOT NULL;
