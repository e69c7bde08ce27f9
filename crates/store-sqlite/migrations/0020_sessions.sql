-- Sessions of devices by when they ended, or will, so that those of long ago are found to be forgotten.
CREATE INDEX session_by_end ON credential (revoked_at) WHERE kind = 'device_session';
