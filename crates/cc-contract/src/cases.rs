//! The list of all cases, which is also the list of tests of each native target.

mod cache;
mod redirects;
mod requests;
mod retries;

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
            }
            retries {
                a_read_is_repeated_after_503,
                a_lost_connection_is_repeated,
                the_time_that_the_platform_asks_for_is_waited,
                retries_stop_at_their_number,
                a_change_that_may_have_been_done_is_not_repeated,
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
