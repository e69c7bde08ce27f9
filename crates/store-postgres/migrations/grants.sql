-- What the role that serves may do, said again after each migration. `:role` is its name. The audit
-- trail can be added to and not be changed.
GRANT USAGE ON SCHEMA cartola TO :role;
GRANT SELECT ON cartola.schema_version, cartola.installation, cartola.retention,
    cartola.feed_forgotten TO :role;
GRANT SELECT, INSERT ON cartola.audit_anchor TO :role;
GRANT SELECT, INSERT ON cartola.installation_secret, cartola.audit, cartola.tenant, cartola.feed,
    cartola.consent_set, cartola.alias, cartola.import, cartola.payout TO :role;
GRANT SELECT, INSERT, UPDATE ON cartola.matter TO :role;
GRANT SELECT, INSERT, UPDATE ON cartola.payment, cartola.checkout, cartola.institution_quota,
    cartola.enrolment, cartola.authorized, cartola.instruction, cartola.known_payee TO :role;
GRANT INSERT ON cartola.job_turn TO :role;
GRANT SELECT, INSERT, DELETE ON cartola.signing_key TO :role;
GRANT SELECT, INSERT, UPDATE, DELETE ON cartola.tenant_head, cartola.credential, cartola.data_key,
    cartola.person, cartola.link, cartola.link_secret, cartola.consent, cartola.account,
    cartola.link_account, cartola.balance, cartola.movement, cartola.movement_key, cartola.source,
    cartola.sighting, cartola.record, cartola.task, cartola.reading, cartola.sign_ins, cartola.answer, cartola.archive,
    cartola.job, cartola.job_open, cartola.message, cartola.message_attempt,
    cartola.destination_disabled
    TO :role;
GRANT EXECUTE ON FUNCTION cartola.forget_person(uuid, uuid), cartola.shred_person(uuid, uuid),
    cartola.last_kept_of(uuid, uuid), cartola.held_of(uuid, uuid),
    cartola.shred_kept_of(uuid, uuid, bigint), cartola.payment_is_pending(text),
    cartola.instruction_is_pending(text) TO :role;
GRANT EXECUTE ON FUNCTION cartola.the_tenant(), cartola.all_tenants(), cartola.all_leases(integer),
    cartola.next_due(integer),
    cartola.free_jobs(integer, uuid, bigint, boolean, uuid[], text),
    cartola.claim_jobs(integer, bigint, uuid, bigint, bigint, uuid[], integer, integer),
    cartola.note_progress(uuid[], uuid[], uuid[], smallint[], bigint[], bigint[], bigint[]),
    cartola.forget_ended_jobs(bigint, integer), cartola.clear_archive(interval, integer),
    cartola.forget_expired_tasks(bigint, integer), cartola.forget_payees(bigint, integer),
    cartola.forget_sessions(bigint, integer),
    cartola.consents_run_out(bigint, integer),
    cartola.consents_run_out_after(bigint, integer, bigint, uuid, uuid),
    cartola.add_movement_months(integer[]), cartola.leave_days(uuid, integer[], uuid[]),
    cartola.take_slots(text, integer, bigint, integer, bigint, bigint),
    cartola.pause_institution(text, bigint)
    TO :role;
