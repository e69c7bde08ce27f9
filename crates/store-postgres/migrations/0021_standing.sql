-- Of a table that was empty when a connection planned its statements, an index that begins with the
-- tenant looks as good for a row's id as the key: what was planned so reads all that a tenant has in
-- the queue, each time. These two begin with something else, and find what they found.
CREATE INDEX job_by_standing ON job (queue, state, tenant, id);
DROP INDEX job_by_state;
CREATE INDEX message_to_destination ON message (destination, tenant, id);
DROP INDEX message_by_destination;
