//! The behaviours that every backend has, each a function that fails by panicking.
//!
//! A backend's tests call [`contract_tests!`](crate::contract_tests) with an async function that
//! makes an empty [`Backend`]; each behaviour becomes a test of its own name.
#![allow(clippy::missing_panics_doc, reason = "a behaviour fails by panicking, as a test does")]
#![allow(clippy::cloned_ref_to_slice_refs, reason = "a list of one reads as a list")]

pub mod accounts;
pub mod answers;
pub mod archive;
pub mod asking;
pub mod audit;
pub mod authorizations;
pub mod cancelling;
pub mod checkouts;
pub mod consents;
pub mod copying;
pub mod crew;
pub mod feed;
pub mod fixtures;
pub mod imports;
pub mod instructions;
pub mod isolation;
pub mod jobs;
pub mod lanes;
pub mod leases;
pub mod listing;
pub mod movements;
pub mod outbox;
mod pages;
pub mod payments;
pub mod payouts;
pub mod people;
pub mod permission;
pub mod progress;
pub mod quotas;
pub mod records;
pub mod rotation;
pub mod scene;
pub mod sightings;
pub mod signing_keys;
pub mod sources;
pub mod subjects;
pub mod tasks;
pub mod tenancy;
pub mod unit;
pub mod vault;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use crate::{Archive, Rotation, Store};

/// A backend to try, with whatever must live as long as it does, such as its folder.
pub struct Backend {
    /// Everything but the archive.
    pub store: Arc<dyn Store>,
    /// The archive.
    pub archive: Arc<dyn Archive>,
    rotation: Option<Arc<dyn Rotation>>,
    _kept: Option<Box<dyn Any + Send>>,
}

impl Backend {
    /// An empty store and an empty archive, which may be one.
    pub fn new(store: Arc<dyn Store>, archive: Arc<dyn Archive>) -> Self {
        Self { store, archive, rotation: None, _kept: None }
    }

    /// Gives what changes its master key.
    #[must_use]
    pub fn rotated_by(self, rotation: Arc<dyn Rotation>) -> Self {
        Self { rotation: Some(rotation), ..self }
    }

    /// What changes its master key.
    pub fn rotation(&self) -> &dyn Rotation {
        self.rotation.as_deref().expect("the backend was made with what changes its master key")
    }

    /// Drops `kept` after the backend.
    #[must_use]
    pub fn keeping(self, kept: impl Any + Send) -> Self {
        Self { _kept: Some(Box::new(kept)), ..self }
    }
}

/// What a behaviour may take before it counts as one that never ends. On a slow machine in a debug
/// build, the longest takes a few seconds.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs one behaviour on a new backend, on two threads.
pub fn run(make: impl AsyncFnOnce() -> Backend, behaviour: impl AsyncFnOnce(Backend)) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built")
        .block_on(async {
            tokio::time::timeout(PATIENCE, async { behaviour(make().await).await }).await
        })
        .expect("the behaviour ends within its time");
}

/// Expands to one `#[test]` for each behaviour, in a module for each domain. `$make` is the path
/// of an `async fn() -> Backend`.
///
/// ```ignore
/// async fn backend() -> Backend { … }
/// cartola_store::contract_tests!(backend);
/// ```
#[macro_export]
macro_rules! contract_tests {
    ($make:path) => {
        $crate::contract_tests! { @ $make;
            accounts {
                an_account_comes_back_as_it_was_added,
                an_account_is_hidden_when_no_consent_holds,
                an_account_is_found_by_identity_without_consent,
                identities_are_unique,
                a_claim_raises_the_version_and_sets_the_consents,
                a_claim_of_another_version_is_a_conflict,
                of_two_claims_at_once_one_wins,
                accounts_are_listed_by_id_in_pages,
                hidden_accounts_take_no_room_in_pages,
                the_latest_balance_of_each_kind_is_read,
                of_two_balances_of_one_day_the_later_import_counts,
                of_one_day_and_consent_the_last_balance_is_kept,
                a_balance_counts_while_its_own_consent_holds,
                the_same_reading_twice_is_one,
                a_link_has_the_accounts_that_it_told_of,
                a_list_takes_the_place_of_the_one_before,
            }
            answers {
                an_answer_comes_back_as_it_was_recorded,
                an_answer_expires,
                a_key_is_unique_until_its_answer_expires,
                recording_forgets_what_has_expired,
            }
            archive {
                an_object_comes_back_as_it_was_put,
                an_object_is_written_once,
                of_two_puts_at_once_one_wins,
                a_removed_object_is_gone,
            }
            asking {
                a_link_has_its_last_reading,
                attempts_are_counted_in_turn,
                it_is_known_to_its_tenant_alone,
            }
            audit {
                a_tenant_without_entries_has_no_head,
                entries_are_chained_and_the_head_is_recorded,
                entries_of_one_unit_follow_each_other,
                entries_are_read_in_pages,
                appending_at_once_leaves_no_hole,
                anchors_come_back_in_their_order,
                an_anchor_follows_the_one_before,
            }
            authorizations {
                an_enrolment_comes_back_as_it_was_added,
                an_enrolment_changes_in_its_expected_version_only,
                a_person_has_one_active_phone,
                phones_are_listed_newest_first_in_pages,
                an_authorization_comes_back_as_it_was_added,
                an_authorization_changes_in_its_expected_version_only,
                authorizations_are_listed_newest_first_in_pages,
                a_payee_is_known_once_they_were_paid,
                known_payees_are_listed,
                payees_of_long_ago_are_forgotten,
            }
            cancelling {
                what_waits_is_cancelled_at_once,
                what_runs_is_cancelled_by_its_worker,
                what_has_ended_is_not_cancelled,
                who_is_faster_has_done_it,
                nothing_is_cancelled_that_nobody_wants_cancelled,
                a_mark_outlives_its_worker,
                what_is_to_be_cancelled_does_not_wait_to_be_retried,
                a_mandate_takes_along_what_is_under_it,
                messages_are_not_cancelled,
                waiters_are_woken,
            }
            consents {
                a_consent_comes_back_as_it_was_added,
                consents_that_have_run_out_are_found_in_the_order_of_their_ends,
                the_mandate_of_each_link_is_found,
                every_state_comes_back,
                a_change_raises_the_version,
                a_change_of_another_version_is_a_conflict,
                ids_are_unique,
                sets_hold_while_any_of_their_consents_does,
                sets_come_back_as_they_were_added,
                consents_are_listed_by_id_in_pages,
                consents_of_a_link_are_listed_alone,
                a_page_is_never_longer_than_the_limit,
            }
            feed {
                positions_follow_each_other_without_holes,
                changes_appear_as_they_are_called,
                a_change_without_a_word_does_not_appear,
                a_row_is_the_movement_as_it_is_now,
                removed_and_unconsented_movements_have_no_row,
                entries_are_read_in_pages,
                a_refused_unit_takes_no_position,
                order_of_reading_is_order_of_commit,
            }
            imports {
                an_import_comes_back_as_it_was_added,
                ids_are_unique,
                complete_imports_are_found_by_their_days,
                imports_are_found_by_content,
                imports_are_listed_by_id_in_pages,
            }
            isolation {
                authorizations,
                subjects,
                instructions,
                tenancy_and_vault,
                people_and_consents,
                accounts_and_imports,
                movements,
                records_and_tasks,
                audit_and_answers,
                jobs_and_outbox,
                archive,
                equal_content_of_two_tenants_stands_side_by_side,
                a_change_reaches_one_tenant_only,
            }
            jobs {
                a_job_comes_back_as_it_was_queued,
                ids_are_unique,
                what_is_no_job_is_refused,
                a_job_is_done_once,
                only_a_running_job_ends,
                a_retry_waits_for_its_time,
                a_job_ends_with_its_unit_or_not,
                the_end_of_a_job_queues_its_continuation,
                arguments_are_forgotten_when_a_job_ends,
                one_job_runs_per_link,
                jobs_are_taken_in_order,
                tenants_take_turns,
                turns_are_counted_for_all,
                what_runs_already_counts,
                no_job_is_taken_twice,
                jobs_are_listed_by_id_in_pages,
                what_has_ended_is_forgotten,
                waiters_are_woken,
            }
            lanes {
                a_full_lane_is_passed_over,
                lanes_change_no_order,
                a_lane_is_shared_by_all,
                a_tenant_has_so_many_places,
                a_lost_worker_gives_its_places_back,
                a_continuation_is_in_no_lane,
                claims_at_once_stay_within_the_limits,
            }
            leases {
                a_claim_gives_a_lease,
                a_lease_ends_with_its_term,
                a_heartbeat_prolongs_the_lease,
                a_lost_lease_ends_nothing,
                a_late_worker_ends_what_nobody_took,
                the_only_process_waits_for_nobody,
                the_only_process_keeps_its_own,
                a_claim_may_leave_leases_as_they_are,
                others_are_watched_for_a_term,
                every_job_ends_once_whatever_dies,
            }
            listing {
                every_filter_agrees_with_a_plain_search,
                pages_have_neither_repeats_nor_holes,
                pages_hold_while_movements_are_added,
                a_position_that_was_removed_still_goes_on,
                a_position_outside_the_days_does_not_widen_them,
                text_is_found_without_case_and_accents,
                special_characters_are_plain_text,
                a_page_is_never_longer_than_the_limit,
                a_page_looks_at_so_many_movements_and_no_more,
            }
            movements {
                a_movement_comes_back_as_it_was_added,
                extreme_values_come_back,
                ids_are_unique,
                a_change_of_another_version_is_a_conflict,
                a_movement_cannot_change_its_account,
                a_change_of_day_moves_it_in_the_list,
                removed_movements_are_hidden_unless_asked_for,
                the_window_holds_what_is_hidden_too,
                the_window_is_closed_on_both_ends,
                the_day_before_is_the_last_with_a_movement,
            }
            outbox {
                a_message_comes_back_as_it_was_added,
                messages_are_read_together,
                too_long_a_message_is_refused,
                a_message_is_found_by_its_time_however_old_its_id_is,
                a_message_is_delivered_by_its_job,
                attempts_are_logged,
                many_end_in_one_unit,
                a_lost_lease_logs_nothing,
                a_dead_letter_can_be_replayed,
                only_messages_are_replayed,
                a_destination_can_be_disabled,
                messages_are_listed_by_id_in_pages,
                messages_are_listed_by_destination_and_time,
                a_receiver_that_is_busy_is_passed_over,
                what_was_sent_is_forgotten,
            }
            subjects {
                a_matter_changes_in_its_expected_version_only,
                matters_are_listed_by_what_is_asked,
                what_a_consent_is_about_comes_back,
                a_suspended_consent_hides,
                an_owner_is_found_whatever_may_be_shown,
                a_person_is_forgotten_and_shredded,
                what_is_kept_of_a_person_is_counted_and_goes_by_its_age,
                payouts_go_with_what_was_kept_of_a_person,
                a_person_is_claimed_and_expected_as_they_were_read,
                whoever_is_not_there_yet_is_expected_so,
                a_block_of_somebody_is_expected_as_it_was_read,
                what_is_kept_is_found_whatever_may_be_shown,
                kept_balances_come_in_pages,
                a_file_of_several_people_goes_with_each,
                a_narrowed_consent_shows_what_it_is_about,
            }
            payments {
                a_payment_comes_back_as_it_was_added,
                a_payment_changes_in_its_expected_version_only,
                what_names_a_payment_is_unique,
                a_payment_is_found_by_case_and_page,
                payments_are_listed_by_id_in_pages,
            }
            checkouts {
                a_checkout_comes_back_as_it_was_added,
                a_checkout_changes_in_its_expected_version_only,
                what_names_a_checkout_is_unique,
                a_checkout_is_found_by_token_and_case,
            }
            payouts {
                a_payout_comes_back_as_it_was_added,
                what_names_a_payout_is_unique,
                payouts_are_listed_by_id_in_pages,
            }
            instructions {
                an_instruction_comes_back_as_it_was_added,
                an_instruction_changes_in_its_expected_version_only,
                what_names_an_instruction_is_unique,
                instructions_are_listed_by_id_in_pages,
                instructions_of_a_person_are_listed_alone,
            }
            people {
                a_person_is_found_by_id_and_lookup,
                lookups_are_unique,
                a_link_is_found_by_what_it_joins,
                links_are_unique,
                a_link_is_found_by_its_id,
                a_link_has_one_secret_until_it_is_destroyed,
                a_link_changes_in_its_expected_version_only,
                links_are_listed_by_id_in_pages,
            }
            permission {
                a_revoked_consent_hides,
                a_consent_hides_from_the_instant_it_expires,
                any_other_consent_that_holds_shows,
                a_long_list_of_consents_is_walked_to_its_end,
                sets_share_what_they_go_on_with,
                more_consents_show_what_was_hidden,
                a_set_that_is_not_there_allows_nothing,
            }
            progress {
                progress_comes_back_as_it_was_noted,
                jobs_of_all_tenants_are_noted_at_once,
                only_who_runs_a_job_notes_it,
                nobody_is_woken,
            }
            quotas {
                readings_are_counted_in_both_windows,
                a_full_window_takes_no_more,
                a_new_window_begins_at_nothing,
                clocks_that_differ_share_a_window,
                counting_at_once_stays_within_the_limit,
            }
            records {
                a_record_comes_back_as_it_was_added,
                the_last_record_is_of_its_product,
                a_record_is_hidden_when_its_consent_ends,
                records_are_listed_newest_first,
            }
            rotation {
                a_key_is_added_under_the_active_master_alone,
                the_active_master_is_changed_from_what_it_was,
                every_master_is_counted_with_what_it_wraps,
                what_other_masters_wrap_is_found_in_pages,
                only_what_is_as_it_was_read_is_wrapped_again,
                nothing_is_wrapped_by_a_master_that_is_not_active,
                nothing_is_added_under_the_old_master_while_it_changes,
            }
            sightings {
                a_sighting_comes_back_as_it_was_kept,
                a_later_sighting_takes_the_place_of_earlier_ones,
                only_what_tells_as_much_takes_a_place,
            }
            signing_keys {
                keys_come_back_as_they_were_added_in_order,
                a_key_follows_the_newest_of_its_algorithm,
                ids_are_unique,
                of_many_keys_at_once_one_is_added,
                old_keys_are_forgotten,
            }
            sources {
                a_movement_is_read_with_its_sources_by_id,
                every_part_of_a_source_comes_back,
                ids_are_unique,
                a_source_moves_to_another_movement,
                a_source_that_is_elsewhere_cannot_be_moved,
                aliases_are_read_from_both_sides,
            }
            tasks {
                a_task_comes_back_as_it_was_added,
                a_task_ends_once,
                a_task_is_seen_with_what_it_stands_by,
                tasks_are_listed_by_id_in_pages,
                expired_tasks_are_forgotten,
            }
            tenancy {
                tenants_are_listed_by_id,
                ids_and_names_of_tenants_are_unique,
                a_tenant_is_added_by_its_own_unit,
                a_credential_is_found_by_its_digest,
                a_credential_is_found_by_its_id,
                credentials_are_listed_by_id,
                a_revoked_credential_is_still_found,
                a_credential_is_revoked_once,
                sessions_are_not_listed,
                all_sessions_of_a_tenant_end_at_once,
                sessions_of_long_ago_are_forgotten,
                a_credential_is_renewed_by_its_secret,
                the_end_of_a_credential_only_comes_nearer,
                ids_and_digests_of_credentials_are_unique,
            }
            unit {
                a_store_is_ready,
                an_empty_unit_changes_nothing,
                commands_see_those_before_them,
                a_conflict_in_the_last_command_leaves_no_trace,
                every_kind_of_conflict_undoes_the_unit,
                a_refused_unit_can_be_committed_again,
                a_receipt_tells_what_moved,
                a_commit_is_visible_to_the_next_read,
                too_many_rows_are_refused,
            }
            vault {
                a_data_key_is_found_by_id_and_subject,
                a_subject_has_one_data_key,
                nobody_in_particular_has_one_data_key,
                a_secret_is_kept_as_it_was_first_offered,
                callers_at_once_get_the_same_secret,
            }
        }
    };
    (@ $make:path; $($domain:ident { $($behaviour:ident,)* })*) => {
        $(
            mod $domain {
                use super::*;
                $(
                    #[test]
                    fn $behaviour() {
                        $crate::contract::run($make, $crate::contract::$domain::$behaviour);
                    }
                )*
            }
        )*
    };
}
