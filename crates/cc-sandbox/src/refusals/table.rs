//! The rows of the table of refusals.

use super::{KnownRefusal, code, number, source};

/// Rows by subject: name, id, status, message, then the operations, the condition, and what is known from a source.
macro_rules! refusals {
    ($($subject:literal {
        $($name:ident $id:literal $status:literal $message:literal on [$($operation:ident)*] when $when:literal
            $(number $number:literal)? $(code $code:literal)? $(source $source:literal)?;)*
    })*) => {
        $($(
            #[doc = $when]
            pub(crate) static $name: KnownRefusal = KnownRefusal {
                id: $id,
                subject: $subject,
                operations: &[$(stringify!($operation)),*],
                when: $when,
                status: $status,
                number: number($status, &[$($number)?]),
                code: code($status, &[$($code)?]),
                message: $message,
                source: source(&[$($source)?]),
            };
        )*)*

        /// Every row.
        pub(super) static ALL: &[&KnownRefusal] = &[$($(&$name),*),*];
    };
}

refusals! {
    "Credentials" {
        MISSING_CREDENTIALS "missing-credentials" 401 "You must be authenticated to access this resource" on []
            when "An operation that is not public comes without credentials.";
        UNKNOWN_API_TOKEN "unknown-api-token" 401 "The API token is unknown or has expired" on []
            when "The API token is unknown, has expired or was revoked.";
        UNKNOWN_OAUTH_TOKEN "unknown-oauth-token" 401 "The OAuth token is unknown or has expired" on []
            when "The OAuth token is unknown, has expired or was revoked.";
        UNREADABLE_AUTHORIZATION "unreadable-authorization" 401 "Unreadable authorization of the request" on []
            when "The header `Authorization`, or the query parameter of this name, cannot be read.";
        UNSUPPORTED_AUTHORIZATION "unsupported-authorization" 401 "Authorization of kind {} is not supported" on []
            when "The authorization is neither `Bearer` nor `OAuth`.";
        UNKNOWN_CONSUMER "unknown-consumer" 401 "Unknown OAuth consumer" on []
            when "No OAuth consumer has the key.";
        UNSUPPORTED_SIGNATURE "unsupported-signature" 401 "Signatures of method {} are not supported" on []
            when "The OAuth signature has another method than `PLAINTEXT`, `HMAC-SHA1`, `HMAC-SHA256` or `HMAC-SHA512`.";
        WRONG_SIGNATURE "wrong-signature" 401 "The OAuth signature is invalid" on []
            when "The OAuth signature does not match the request and the secrets.";
        UNKNOWN_REQUEST_TOKEN "unknown-request-token" 401 "The request token is unknown or has expired"
            on [get_authorization_page create_access_token create_access_token_by_query]
            when "The request token of OAuth is unknown, has expired or was used.";
        NOT_AGREED "not-agreed" 401 "The user did not agree, or the verifier is another one"
            on [create_access_token create_access_token_by_query]
            when "The user did not agree to the request token, or the verifier is wrong.";
        NO_PAGE_SHOWN "no-page-shown" 401 "No page of authorization was shown" on [authorize_token]
            when "The user agrees without having seen the page of the authorization.";
        WRONG_CALLBACK "wrong-callback" 400 "The callback is not a URL" on [create_request_token create_request_token_by_query]
            when "The callback is neither `oob` nor a URL.";
    }
    "Requests" {
        INVALID_REQUEST "invalid-request" 400 "{}" on []
            when "The request is not what the spec takes, such as a role that the spec does not list. It counts as a violation. The message names each problem.";
        INVALID_INPUT "invalid-input" 400 "{}" on []
            when "An input has a value that the operation does not take, and no other row is about it. The message says which.";
        NOT_FOUND "not-found" 404 "{} {} not found" on []
            when "A resource that the path, the query or the body names does not exist, or belongs to another owner.";
        ALREADY_EXISTS "already-exists" 400 "{} {} already exists" on []
            when "An item of a collection, such as a bucket, is there with the id or the name of the body.";
        NOT_A_DATE "not-a-date" 400 "{} is not a date" on []
            when "A date is neither in the format of RFC 3339 nor a number of milliseconds since 1970.";
        NOT_RECORDED "not-recorded" 501 "{}" on []
            when "The sandbox answers from a recording (`Builder::replay`), which does not have the request. The message names near ones."
            code "clever.sandbox.not-recorded";
        TOO_LARGE "too-large" 413 "The body is larger than {} bytes" on []
            when "The body is larger than `Limits::body`.";
        MALFORMED_BODY "malformed-body" 400 "The body is malformed" on []
            when "The chunks of the body are not those of HTTP/1.1.";
        INTERNAL_ERROR "internal-error" 500 "The sandbox failed: {}" on []
            when "The sandbox panicked, which is a mistake of the sandbox, or of a snapshot that was changed by hand. It counts as a violation.";
        SLOW_BODY "slow-body" 408 "The body took too long" on []
            when "The body is not there after `Limits::body_time`.";
    }
    "Owners and rights" {
        NOT_A_MEMBER "not-a-member" 403 "You are not a member of {}" on []
            when "The caller is not a member of the organisation in the path.";
        NOT_YOURS "not-yours" 403 "{} {} is not yours" on []
            when "The path names a resource without its owner, and the caller is not a member of its owner.";
        FOREIGN_APPLICATION "foreign-application" 404 "The provided application id doesn't belong to you" on []
            when "The path names an application that does not exist, or belongs to another owner than the path says."
            number 4_002 source "cli: issues 15 and 397 (id and message)";
        ROLE "role" 403 "The role {} may not {}" on []
            when "The role of the caller in the organisation does not allow the operation: see the rights by role."
            source "docs: Roles and organisations (condition)";
        QUOTA_REACHED "quota-reached" 403 "The quota of {} {} is reached"
            on [create_application update_application create_addon add_organisation_member]
            when "The owner would have more applications, instances, add-ons or members than its quota: see `Quota`. By default there is none.";
        PAYMENT_REQUIRED "payment-required" 402 "The owner has no default payment method"
            on [create_application create_addon deploy_application]
            when "The owner needs a payment method (`Sandbox::require_payment_method`), has none, and creates or deploys an application, or creates an add-on whose plan is not free."
            number 9_039 source "v2-openapi: 402 of `POST /organisations/{id}/addons` (status), cli: issue 229 (id)";
        MODERATED_OWNER "moderated-owner" 403 "{} is moderated: contact the support" on []
            when "The platform has blocked the owner (`Sandbox::moderate`), and the request changes something of it. Bills can be paid."
            source "docs: Troubleshooting (condition)";
        MODERATED_APPLICATION "moderated-application" 403 "The application {} is moderated: contact the support" on []
            when "The platform has blocked the application (`Sandbox::moderate`), and the request changes it. It can be deleted."
            source "docs: Troubleshooting (condition)";
    }
    "Names" {
        EMPTY_NAME "empty-name" 400 "The {} is empty" on []
            when "The body has an empty `name` or `label`, or one of blanks only.";
        LONG_NAME "long-name" 400 "The {} is longer than 255 characters" on []
            when "The body has a `name` or `label` of more than 255 characters.";
        NAME_CHARACTERS "name-characters" 400 "The {} contains a control character" on []
            when "The body has a `name` or `label` with a line break, a tabulator or another control character.";
    }
    "Applications" {
        UNKNOWN_ZONE "unknown-zone" 400 "{} is not a zone" on [create_application update_application]
            when "The body names a zone that `list_zones` does not have.";
        UNKNOWN_RUNTIME "unknown-runtime" 400 "{} is not a runtime" on [create_application update_application]
            when "The body names a type and a version that `list_runtimes` does not have.";
        UNKNOWN_VARIANT "unknown-variant" 400 "{} is not a variant of {}" on [create_application update_application]
            when "The body names a variant that the runtime does not have.";
        UNKNOWN_FLAVOR "unknown-flavor" 400 "{} is not a flavor"
            on [create_application update_application update_build_flavor]
            when "The body names a size that the runtime does not have.";
        FLAVOR_BOUNDS "flavor-bounds" 400 "The smallest flavor {} is larger than the largest flavor {}"
            on [create_application update_application]
            when "The smallest size of the application would be larger than the largest.";
        INSTANCE_COUNT "instance-count" 400 "{} instances are not between 1 and {}" on [create_application update_application]
            when "A number of instances is below 1, or above `maxInstances` of the runtime.";
        INSTANCE_BOUNDS "instance-bounds" 400 "The minimum of {} instances is above the maximum of {}"
            on [create_application update_application]
            when "The minimum number of instances would be above the maximum.";
        VARIABLE_NAME "variable-name" 400 "{} is not a name of an environment variable"
            on [create_application update_application update_environment set_environment_variable update_exposed_environment
                replace_config_provider_environment]
            when "The name of an environment variable has other characters than letters, digits, `-`, `_` and `.`, or none."
            source "js-client: the rules of its environment helpers (condition)";
        UNKNOWN_NAMESPACE "unknown-namespace" 400 "{} is not a namespace" on [create_tcp_redirection create_udp_redirection]
            when "The body names a namespace that `list_namespaces` does not have.";
        NO_PORT "no-port" 400 "No port from {} to {} is free" on [create_tcp_redirection create_udp_redirection]
            when "All ports of the range are given away.";
    }
    "Domains" {
        INVALID_DOMAIN "invalid-domain" 400 "{} is not a domain" on [add_domain]
            when "The domain is no host name with a dot, with an optional `*.` before it and an optional path after it.";
        DOMAIN_TAKEN "domain-taken" 409 "{} is already taken" on [add_domain]
            when "An application has the domain with this path, whoever owns it."
            source "terraform: issue 332 (message)";
        DOMAIN_OF_OTHERS "domain-of-others" 409 "{} is part of a domain that another owner has" on [add_domain]
            when "An application of another owner has the same host, or a domain above it. Domains below `cleverapps.io` are for everybody."
            source "terraform: issue 332 (condition)";
        NO_PRIMARY_DOMAIN "no-primary-domain" 404 "No primary domain is set" on [get_primary_domain]
            when "The application has no primary domain."
            number 4_021 source "cli: `domain` (id)";
    }
    "Links" {
        LINK_TO_ITSELF "link-to-itself" 400 "The application {} cannot depend on itself" on [add_dependency]
            when "An application is to depend on itself. A cycle of several applications is taken: no source says that the platform refuses one.";
    }
    "Add-ons" {
        UNKNOWN_PROVIDER "unknown-provider" 404 "Add-on provider {} not found" on [create_addon]
            when "The body names a provider that `list_product_addon_providers` does not have.";
        UNKNOWN_PLAN "unknown-plan" 400 "{} is not a plan of {}"
            on [create_addon change_addon_plan start_migration]
            when "The body names a plan that the provider does not have.";
        UNKNOWN_REGION "unknown-region" 400 "{} is not a region of the plan"
            on [create_addon change_addon_plan start_migration]
            when "The body names a region that is not among the `zones` of the plan.";
        UNKNOWN_VERSION "unknown-version" 400 "{} is not a version of {}" on [create_addon change_addon_plan start_migration]
            when "The body names a version that `get_addon_provider_versions` does not have.";
        DEDICATED_ONLY "dedicated-only" 400 "The option {} needs a dedicated plan" on [create_addon]
            when "The options of an add-on on a shared plan, such as `dev`, have `encryption`, `do-backup`, `locale`, `direct-host-only` or `skip-log-bin`, and not as `false`."
            source "cli: issue 449, terraform: pull request 377 (condition)";
        BUCKET_NAME "bucket-name" 400 "{} is not a name of a bucket" on [create_cellar_bucket]
            when "The name has not 3 to 63 lower-case letters, digits, `.` and `-`, begins or ends with another than a letter or a digit, has two dots in a row, or is an IP address."
            source "docs: Amazon S3, rules for bucket names (condition)";
        MIGRATION_RUNS "migration-runs" 400 "A migration of the add-on is under way" on [start_migration]
            when "Another migration of the add-on is not done.";
    }
    "Networks" {
        NETWORK_GROUP_TAKEN "network-group-taken" 400 "{} is taken" on [create_network_group]
            when "A network group has the id of the body.";
        NETWORK_GROUP_ID "network-group-id" 400 "{} is not an id of a network group" on [create_network_group]
            when "The id in the body does not begin with `ng_`.";
        UNKNOWN_MEMBER "unknown-member" 400 "{} cannot be a member" on [create_network_group create_network_group_member]
            when "A member is neither an application of the owner, nor the real id of an add-on of the owner, nor external.";
        MEMBER_KIND "member-kind" 400 "{} is not a member of kind {}" on [create_network_group create_network_group_member]
            when "The kind of a member is not that of its id.";
        PEER_PARENT "peer-parent" 400 "{} is not a member" on [create_network_group_peer]
            when "The parent of a peer is not a member of the network group.";
        EXTERNAL_PARENT "external-parent" 400 "{} is not an external member" on [create_external_peer]
            when "The parent of an external peer is not an external member of the network group.";
    }
    "Drains" {
        NOT_DRAINED "not-drained" 400 "{} does not take drains" on [create_drain]
            when "The resource is neither an application nor an add-on whose logs can be drained.";
        RECIPIENT_URL "recipient-url" 400 "The recipient has no URL" on [create_drain create_application_drain]
            when "The `url` of the recipient has no scheme.";
    }
    "Organisations" {
        ORGANISATION_NAME "organisation-name" 409 "An organisation with the name {} exists" on [create_organisation update_organisation]
            when "An organisation has the name already."
            source "docs: Roles and organisations (condition)";
        PERSONAL_SPACE "personal-space" 403 "The personal space cannot be deleted" on [delete_organisation]
            when "The organisation is the personal space of the caller.";
        ORGANISATION_IN_USE "organisation-in-use" 409 "The organisation still has applications or add-ons" on [delete_organisation]
            when "The organisation has applications or add-ons.";
        MEMBER_EMAIL "member-email" 400 "{} is not an e-mail address" on [add_organisation_member]
            when "The address of the new member has no `@`.";
        MEMBER_ALREADY "member-already" 409 "{} is a member already" on [add_organisation_member]
            when "A member of the organisation has the address.";
        ALL_RIGHTS "all-rights" 403 "A consumer with all rights is not allowed" on [create_oauth_consumer update_oauth_consumer]
            when "The rights of an OAuth consumer have `almighty`.";
        PROVIDER_EXISTS "provider-exists" 400 "The add-on provider {} exists already" on [create_addon_provider]
            when "An add-on provider has the id of the body.";
        GRAFANA_ON "grafana-on" 409 "Grafana is on already" on [create_grafana]
            when "The owner has Grafana.";
    }
    "Billing" {
        UNKNOWN_COUPON "unknown-coupon" 404 "Coupon {} not found" on [activate_coupon]
            when "No coupon has the name. The coupon of the sandbox is `SANDBOX`."
            number 10_001 code "10001" source "js-client: `ActivateCoupon` (code)";
        COUPON_USED "coupon-used" 409 "Coupon {} is already activated" on [activate_coupon]
            when "The owner has used the coupon."
            number 10_011 code "10011" source "js-client: `ActivateCoupon` (code)";
        NOT_PAYABLE "not-payable" 400 "The invoice is not to be paid"
            on [authorize_paypal_payment authorize_stripe_payment end_legacy_stripe_payment update_legacy_stripe_payment
                authorize_legacy_paypal_transaction]
            when "The invoice is paid, or otherwise not pending.";
        ORDER_DONE "order-done" 400 "The order is not pending" on [delete_legacy_order]
            when "The order is paid, or otherwise not pending.";
        NOT_A_PRICE "not-a-price" 400 "{} is not a price" on [get_legacy_full_price]
            when "The price in the path is not a number.";
    }
    "Account" {
        WRONG_PASSWORD "wrong-password" 403 "The password is wrong"
            on [create_mfa confirm_mfa update_mfa_preference delete_mfa list_mfa_backup_codes change_password]
            when "The header `X-Clever-Password` does not have the password in Base64, or the old password of a new one is wrong.";
        NOT_AN_SSH_KEY "not-an-ssh-key" 400 "The key is not a public SSH key" on [add_ssh_key]
            when "The key does not begin with the name of a kind of SSH keys.";
        MFA_ON "mfa-on" 409 "The second factor is set up already" on [create_mfa]
            when "The second factor is confirmed.";
        WRONG_MFA_CODE "wrong-mfa-code" 400 "The code is wrong" on [confirm_mfa]
            when "The code is not that of the second factor. In the sandbox it is `000000`.";
        EMAIL_FORMAT "email-format" 400 "{} is not an e-mail address" on [add_profile_email_address]
            when "The address has no `@`."
            number 550 code "550" source "js-client: `CreateProfileEmailAddress` (id)";
        EMAIL_NOT_YOURS "email-not-yours" 400 "{} is not yours" on [add_profile_email_address]
            when "An address that is not among the secondary ones is to be the primary one."
            number 550 code "550";
        EMAIL_TAKEN "email-taken" 409 "{} belongs to somebody else" on [add_profile_email_address]
            when "Another account has the address. In the sandbox it is `taken@sandbox.example`."
            number 1_004 code "1004" source "js-client: `CreateProfileEmailAddress` (id)";
        EMAIL_ALREADY "email-already" 409 "{} is yours already" on [add_profile_email_address]
            when "The account has the address already."
            number 101 code "101" source "js-client: `CreateProfileEmailAddress` (id)";
        USER_EXISTS "user-exists" 409 "{} has an account already" on [create_user]
            when "An account has the address of the new user.";
        ACCOUNT_IN_USE "account-in-use" 403 "The account is still in use" on [delete_account]
            when "The personal space has applications or add-ons, or the user is one that the sandbox was built with.";
        OTHER_USER "other-user" 403 "You are not {}" on [list_user_applications]
            when "The path names another user than the caller.";
        SIGN_IN "sign-in" 401 "The e-mail address or the password is wrong" on [log_in]
            when "No account has the e-mail address and the password of the body.";
        NOT_LINKED "not-linked" 404 "The account is not linked to GitHub"
            on [get_github_username list_github_applications list_github_emails list_github_ssh_keys unlink_github]
            when "The caller has no GitHub account, or unlinked it."
            number 7_301 code "7301" source "js-client: `ListGithubSshKey` (id)";
        GITHUB_STATE "github-state" 400 "`state` is not of a link that was begun" on [finish_github_login]
            when "The link to GitHub was not begun with `start_github_link`, or is made already.";
        TOKEN_CREDENTIALS "token-credentials" 400 "The e-mail address or the password is wrong" on [create_api_token]
            when "No account has the e-mail address and the password of the body."
            code "invalid-credential" source "bridge.yaml: `create_api_token` (code)";
        TOKEN_MFA_CODE "token-mfa-code" 400 "The code of the second factor is missing or wrong" on [create_api_token]
            when "The account has a second factor, and the code of the body is not its code."
            code "invalid-mfa-code" source "bridge.yaml: `create_api_token` (code)";
        TOKEN_EXPIRATION "token-expiration" 400 "The expiration date is not within a year" on [create_api_token]
            when "The expiration date of an API token is in the past, or more than a year ahead."
            code "invalid-expiration-date";
    }
    "Logs and metrics" {
        AT_LEAST_ONE "at-least-one" 400 "`{}` must be at least 1"
            on [stream_application_logs stream_addon_logs stream_application_access_logs]
            when "A limit or a throttle of a stream is not a number of at least 1.";
        UNKNOWN_FIELD "unknown-field" 400 "unknown field `{}`"
            on [stream_application_logs stream_addon_logs stream_application_access_logs]
            when "The query asks for a field that the events of the stream do not have.";
        SINCE_AFTER_UNTIL "since-after-until" 400 "`since` is after `until`"
            on [stream_application_logs stream_addon_logs stream_application_access_logs]
            when "A stream is to begin after its end.";
        UNKNOWN_EVENT_ID "unknown-event-id" 400 "`Last-Event-ID` is not an id of this stream"
            on [stream_application_logs stream_addon_logs stream_application_access_logs]
            when "The id to resume from is not one that the stream has sent.";
        NOT_A_DURATION "not-a-duration" 400 "{}: {} is not an ISO 8601 duration such as {}" on [list_metrics]
            when "`interval` or `span` is not a positive duration.";
        TOO_MANY_POINTS "too-many-points" 400 "a series has at most {} points" on [list_metrics]
            when "`interval` divided by `span` is more than 10,000.";
    }
    "Versions, clusters and functions" {
        CLUSTER_VERSION "cluster-version" 400 "{} is not a version of Kubernetes" on [create_cluster]
            when "The version is not among those of `get_kubernetes_product`.";
        NODE_COUNTS "node-counts" 400 "{} nodes are not possible: the minimum is {}, the maximum {}"
            on [create_node_group update_node_group create_cluster]
            when "A node group would have less than 0 nodes, or the bounds of its automatic resizing do not surround their number.";
        FUNCTION_LIMITS "function-limits" 400 "`{}` must be at least 1" on [create_function replace_function]
            when "The memory or the number of instances of a function is less than 1.";
        TARGET_VERSION "target-version" 400 "{} is not a version to update to"
            on [update_keycloak_version update_metabase_version update_otoroshi_version update_cluster_version]
            when "The target of an update is not among the available versions.";
        CORES_QUOTA "cores-quota" 400 "the quota of {} cores is reached" on [create_node_group update_node_group create_cluster]
            when "The nodes of the owner's clusters would have more cores than `get_kubernetes_quota` says.";
    }
    "Redis over HTTP" {
        BACKEND_URL "backend-url" 400 "The backend URL is not a URL of Redis" on []
            when "`backendUrl` is not a URL with the scheme `redis` or `rediss` and a host."
            code "clever.redis-http.bad-backend-url";
        COMMAND_FORMAT "command-format" 400 "Invalid argument(s)" on [send_command_line]
            when "The command line is empty, or has a quote that is not closed."
            code "clever.redis-http.bad-command-format";
        UNKNOWN_COMMAND "unknown-command" 400 "{}" on [send_command send_command_line]
            when "The command is not one of Redis, or not one that a key space of the sandbox knows. The message is that of Redis."
            code "clever.redis-http.unknown-command";
        COMMAND_ERROR "command-error" 400 "{}" on []
            when "Redis answers a command with an error, such as a wrong type or a wrong password. The message is that of Redis."
            code "clever.redis-http.command-error";
        OUT_OF_MEMORY "out-of-memory" 400 "OOM command not allowed when used memory > 'maxmemory'" on []
            when "A key space of the sandbox is to grow beyond `Limits::key_bytes`, which is for all of them together."
            code "clever.redis-http.command-error" source "Redis (message)";
        TOO_MANY_KEY_SPACES "too-many-key-spaces" 400 "ERR the sandbox has {} key spaces already" on []
            when "A URL names another key space of the sandbox than the `Limits::key_spaces` that hold keys."
            code "clever.redis-http.command-error";
        KEY_NOT_FOUND "key-not-found" 404 "Key {} not found" on []
            when "The key does not exist."
            code "clever.redis-http.key-not-found";
        KEY_EXISTS "key-exists" 409 "Key {} already exists" on [create_string_key create_hash_key create_list_key create_set_key]
            when "The key to create exists."
            code "clever.redis-http.key-already-exists";
        ELEMENT_NOT_FOUND "element-not-found" 404 "There is no element at index {}" on [get_list_key_element update_list_key_element]
            when "The list has no element at the index."
            code "clever.redis-http.list-element-not-found";
        UNREACHABLE "unreachable" 502 "The database cannot be reached: {}" on []
            when "The server of the URL cannot be reached, or the sandbox is built without its feature `redis`."
            code "clever.redis-http.connection-error";
    }
}
