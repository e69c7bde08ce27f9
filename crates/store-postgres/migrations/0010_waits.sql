-- Until when an institution said that it is not to be asked for somebody, for another reason than their
-- credentials; NULL where it did not.
ALTER TABLE sign_ins ADD COLUMN waits_until bigint;
