//! The list of all cases, which is also the list of tests of each native target.

mod cache;
mod clocks;
mod commands;
mod deployments;
mod hooks;
mod limits;
mod redirects;
mod redis;
mod requests;
mod resolution;
mod retries;
mod sign_in;
mod streams;
mod tokens;

use super::Case;

/// Gives all cases, by group, to a macro. A case is a function of the module of its group.
#[macro_export]
#[doc(hidden)]
macro_rules! contract {
    ($each:ident) => {
        $each! {
            requests {
                an_api_token_is_sent_with_each_request,
                a_call_without_credentials_sends_none,
                each_kind_of_signature_is_accepted,
                a_provider_is_asked_for_each_attempt,
                text_survives_the_way_there_and_back,
                a_query_arrives_as_it_was_given,
                a_header_of_the_program_is_sent,
                an_answer_beyond_the_limit_is_refused,
                a_call_ends_at_its_timeout,
                an_error_has_the_code_the_message_and_the_id_of_the_platform,
                unknown_fields_and_values_of_enums_are_kept,
                an_answer_that_cannot_be_read_names_its_operation,
                an_id_that_would_reach_another_route_is_not_sent,
                bytes_are_the_same_after_upload_and_download,
            }
            redirects {
                a_read_follows_a_redirect_or_says_why_not,
                credentials_reach_no_other_origin,
                a_change_is_not_sent_to_another_origin,
                a_change_with_another_place_to_look_at_may_have_been_done,
            }
            retries {
                a_read_is_repeated_after_503,
                a_lost_connection_is_repeated,
                the_time_that_the_platform_asks_for_is_waited,
                retries_stop_at_their_number,
                a_change_that_may_have_been_done_is_not_repeated,
                a_change_is_sent_no_more_often_than_a_plain_request,
                a_deadline_ends_retries,
            }
            cache {
                a_cached_answer_costs_no_request,
                a_cached_answer_expires,
                a_reload_asks_again,
                a_change_drops_the_answers_that_it_concerns,
                identities_do_not_share_answers,
                identical_reads_share_one_request,
            }
            hooks {
                hooks_run_once_around_a_call_and_may_change_it,
                an_observer_counts_attempts_and_waits,
                an_observer_learns_that_a_call_was_dropped,
            }
            limits {
                no_more_requests_are_under_way_than_the_limit,
                many_calls_at_once_all_end,
                dropping_a_call_ends_its_request,
                a_client_works_after_calls_that_were_dropped,
                a_sandbox_that_is_gone_is_unreachable,
            }
            resolution {
                an_owner_is_looked_up_once,
                either_id_of_an_add_on_leads_to_it,
                an_unknown_id_is_remembered,
                a_store_keeps_ids_for_the_next_client,
                a_store_that_fails_fails_no_command,
                look_ups_at_the_same_time_share_one_request,
            }
            commands {
                an_application_lives_from_its_creation_to_its_deletion,
                commands_of_other_domains_answer,
                ensure_creates_once_though_the_answer_is_lost,
                a_refused_creation_changes_nothing,
                a_command_runs_by_its_name,
                the_catalogue_hides_secrets_until_they_are_asked_for,
            }
            streams {
                a_log_gives_its_lines_and_says_why_it_ended,
                a_cut_stream_goes_on_without_loss_and_without_repetition,
                a_gap_is_told,
                a_silent_connection_is_opened_again,
                a_limit_counts_over_all_connections,
                a_stream_goes_on_from_a_cursor_in_another_client,
                closing_by_its_handle_ends_a_stream,
                dropping_a_stream_closes_its_connection,
                lines_come_as_they_are_written,
                a_refusal_ends_a_stream_with_the_error_of_the_platform,
                something_else_than_a_stream_is_an_error,
                the_catalogue_streams_json,
            }
            deployments {
                a_deployment_gives_its_log_and_then_its_verdict,
                a_callback_is_given_each_line_of_a_deployment,
                the_time_limit_of_a_deployment_is_a_verdict,
                a_deployment_that_was_started_can_be_waited_for,
            }
            redis {
                a_key_is_set_read_and_deleted,
                a_key_expires,
                commands_on_one_key_keep_their_order,
                a_refusal_of_redis_has_its_code,
                a_write_whose_answer_is_lost_is_not_repeated,
                a_scan_gives_every_key,
            }
            tokens {
                a_token_works_from_its_creation_to_its_end,
                a_wrong_password_has_a_code_of_its_own_and_is_not_shown,
            }
            sign_in {
                a_user_who_agrees_is_signed_in,
                a_visit_of_another_sign_in_is_refused,
                a_wrong_secret_of_the_consumer_is_refused,
            }
            clocks {
                a_wait_takes_its_time,
                waits_go_on_at_the_same_time,
                a_deadline_drops_what_is_late,
                nonces_of_signatures_differ,
                a_date_to_come_back_at_is_compared_with_the_clock,
            }
        }
    };
}

macro_rules! all {
    ($($group:ident { $($case:ident),* $(,)? })*) => {
        /// All cases, by group.
        pub(crate) const ALL: &[Case] = &[
            $($(Case {
                group: stringify!($group),
                name: stringify!($case),
                run: |world| Box::pin($group::$case(world)),
            }),*),*
        ];
    };
}

contract!(all);
