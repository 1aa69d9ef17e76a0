//! The table of rules. A row: id | wire of request and answer (`=` same, `+` compatible, `!` breaking) | Rust | callers | title |
//! line of the changelog | why.

/// Family → its rows.
pub const TABLES: [(&str, &str); 12] = [
    ("Operations", OPERATIONS),
    ("Parameters", PARAMETERS),
    ("Request bodies", BODIES),
    ("Answers", ANSWERS),
    ("Types", TYPES),
    ("Properties", PROPERTIES),
    ("Limits and formats", LIMITS),
    ("Enums", ENUMS),
    ("Unions and composition", UNIONS),
    ("Commands", COMMANDS),
    ("Domains, servers and security", DOMAINS),
    ("Documentation", DOCS),
];

const OPERATIONS: &str = "\
operation-added | ++ | addition | - | an operation is new | `{name}` is new | a new request type and a new method of the client of its domain
operation-removed | != | breaking | imports, calls | an operation is gone | `{name}` is gone | its request type and its method of the client are gone
operation-renamed | == | breaking | imports, calls | an operation has another id | `{before}` is called `{after}` | the request type and the method of the client follow the id
operation-moved | == | breaking | imports, calls | an operation belongs to another domain | `{before}` is now `{after}` | a domain is a crate, a module and a feature
operation-method-changed | != | behaviour | - | an operation has another method | `{name}` sends `{after}` instead of `{before}` | the request type stays, and sends the new method
operation-path-changed | != | behaviour | - | an operation has another route | `{name}` asks `{after}` instead of `{before}` | the request type stays, and asks the new route
operation-path-names-changed | == | docs | - | the placeholders of a route have other names | the route of `{name}` is written `{after}` | the name of a path parameter is never sent
operation-output-changed | =! | breaking | calls, fields, match | a request returns another type | `{name}` returns `{after}` instead of `{before}` | `Operation::Output`, or the type of an event, is another type
operation-became-stream | =! | breaking | calls | a request is answered by events | `{name}` opens a stream | the request type implements `StreamOperation` instead of `Operation`
operation-became-call | =! | breaking | calls | a stream is answered once | `{name}` is answered once | the request type implements `Operation` instead of `StreamOperation`
operation-deprecated | ++ | addition | - | an operation is deprecated | `{name}` is deprecated | callers get a warning, which is not an error unless they ask for it
operation-undeprecated | ++ | docs | - | an operation is no longer deprecated | `{name}` is no longer deprecated | the warning disappears
operation-successor-changed | == | docs | - | a deprecated operation has another successor | the successor of `{name}` is {after} | the note of the deprecation names it
operation-alias-added | ++ | docs | - | an operation has one more route | `{name}` is also `{after}` | requests use the main route
operation-alias-removed | ++ | docs | - | an operation has one route less | `{name}` is no longer `{before}` | requests use the main route
operation-command-changed | == | nothing | - | another command sends the operation | the command of `{name}` is {after} | the rules of commands say what it means
operation-<x-one-shot/x-idempotent/x-wildcard>-added | =+ | behaviour | - | an operation gains `<>` | `{name}` is now `<>` | caching, retries or slashes in a path are handled otherwise
operation-<x-one-shot/x-idempotent/x-wildcard>-removed | =+ | behaviour | - | an operation loses `<>` | `{name}` is no longer `<>` | caching, retries or slashes in a path are handled otherwise
operation-x-always-answered-<added/removed> | =+ | nothing | - | `x-always-answered` of an operation is <> | `x-always-answered` of `{name}` is <> | a change of the output has its own rule
operation-<x-not-found/x-heartbeat-ms>-changed | =+ | behaviour | - | `<>` of an operation differs | `<>` of `{name}` is {after} | an error says something else, or a dead stream is noticed after another time
operation-tags-changed | == | nothing | - | the tags of an operation differ | the tags of `{name}` are {after} | tags make no code
operation-sunset-changed | ++ | nothing | - | the date on which an operation ends differs | `{name}` ends on {after} | nothing is generated from it: deprecate the operation too
operation-callbacks-changed | ++ | nothing | - | the callbacks of an operation differ | the callbacks of `{name}` differ | callbacks are not generated
operation-extension-changed | == | nothing | - | another key of an operation differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const PARAMETERS: &str = "\
<query/header>-parameter-added-optional | += | addition | - | an optional <> parameter is new | `{name}` is new | a setter is new, `new` stays
<path/query/header>-parameter-added-required | != | breaking | calls | a required <> parameter is new | `{name}` is new and required | `new` takes one more argument
<path/query/header>-parameter-removed | += | breaking | calls, fields | a <> parameter is gone | `{name}` is gone | the field, and its setter or its argument of `new`, are gone
<path/query/header>-parameter-renamed | != | breaking | calls, fields | a <> parameter has another name | `{before}` is called `{after}` | the field and the setter follow the name. That of a path parameter is never sent
<query/header>-parameter-became-required | != | breaking | calls, fields | a <> parameter became required | `{name}` is required | `new` takes one more argument, and the field is no `Option`
<query/header>-parameter-became-optional | += | breaking | calls, fields | a <> parameter became optional | `{name}` is optional | `new` takes one argument less, and the field is an `Option`
<path/query/header>-parameter-type-changed | != | breaking | calls, fields | a <> parameter has another type | `{name}` is `{after}` instead of `{before}` | the field and its argument have another type
<path/query/header>-parameter-moved | != | behaviour | - | a parameter is now sent in the <> | `{name}` is sent in the <> | the field stays, and is sent elsewhere
parameter-order-changed | == | silent | calls | the required inputs of a request have another order | `{name}` takes {after} instead of {before} | the arguments of `new` have another order: most accept the same values, so programs may compile and send one in the place of another
parameter-optional-order-changed | == | docs | - | the optional inputs of a request have another order | the optional inputs of `{name}` have another order | each has its own setter
parameter-<style/explode/allowReserved/allowEmptyValue/content>-changed | != | nothing | - | `<>` of a parameter differs | `<>` of `{name}` is {after} | every parameter is sent in the plain style: check whether the platform still takes it
parameter-deprecated-changed | ++ | nothing | - | the deprecation of a parameter differs | the deprecation of `{name}` differs | nothing is generated from it
parameter-extension-changed | == | nothing | - | another key of a parameter differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const BODIES: &str = "\
body-added | != | breaking | calls | a request has a body | `{name}` takes a body | `new` takes one more argument
body-removed | += | breaking | calls, fields | a request has no body | `{name}` takes no body | `new` takes one argument less
body-type-changed | != | breaking | calls, fields | the body of a request has another type | the body of `{name}` is `{after}` instead of `{before}` | the field `body` has another type
body-media-type-changed | != | behaviour | - | the body of a request has another media type | the body of `{name}` is sent as `{after}` | the argument stays, and is written otherwise
body-media-type-added | += | nothing | - | a body may have one more media type | the body of `{name}` may be {after} | the first media type is sent
body-media-type-removed | += | nothing | - | a body may have one media type less | the body of `{name}` may not be {before} | the first media type is sent
body-became-required | != | nothing | - | a body became required | the body of `{name}` is required | every request sends it already
body-became-optional | += | nothing | - | a body became optional | the body of `{name}` is optional | every request sends it
body-extension-changed | == | nothing | - | another key of a body differs | the body of `{name}`: {before} is now {after} | nothing is generated from it
";

const ANSWERS: &str = "\
success-status-changed | =+ | nothing | - | a request succeeds with another status | `{name}` answers {after} instead of {before} | every status below 300 is a success
success-status-added | =+ | nothing | - | a request may succeed with one more status | `{name}` may answer {after} | the first success is the one that is read
success-status-removed | =+ | nothing | - | a request may succeed with one status less | `{name}` no longer answers {before} | the first success is the one that is read
success-media-type-changed | =! | behaviour | - | a successful answer has another media type | `{name}` answers `{after}` instead of `{before}` | it is accepted and decoded otherwise
success-media-type-added | =+ | nothing | - | a successful answer may have one more media type | `{name}` may answer `{after}` | the first one is asked for
success-media-type-removed | =! | nothing | - | a successful answer may have one media type less | `{name}` no longer answers `{before}` | the first one is asked for
success-body-changed | =! | behaviour | fields | the body of a successful answer has another schema | `{name}` answers `{after}` instead of `{before}` | it is decoded otherwise
error-status-added | =+ | docs | - | a request may fail with one more status | `{name}` may fail with {after} | every status is an `Error`, documented or not
error-status-removed | =+ | docs | - | a request no longer fails with a status | `{name}` no longer fails with {before} | every status is an `Error`, documented or not
error-body-changed | =+ | nothing | - | the body of an error has another schema or media type | the body of `{name}` is `{after}` instead of `{before}` | the body of an error is read whatever its schema
answer-<headers/links>-changed | =+ | nothing | - | `<>` of an answer differ | `<>` of `{name}` differ | `Answer::headers` gives all headers, whatever the spec lists
answer-extension-changed | == | nothing | - | another key of an answer differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const TYPES: &str = "\
type-added | ++ | addition | - | a type is new | `{name}` is new | no other name changes
type-removed | == | breaking | imports, fields, match | a type is gone | `{name}` is gone | imports of it do not compile
type-moved | == | breaking | imports | a type belongs to another domain | `{before}` is now `{after}` | a domain is a crate and a module
type-kind-changed | !! | breaking | imports, fields, match, calls | a type is of another kind | `{name}` is a {after} instead of a {before} | structs, enums, unions and aliases are used in different ways
type-became-shared | == | addition | - | a type is shared by several domains | `{name}` is the same type in several domains | its path stays, because the domain re-exports it
type-stopped-being-shared | == | breaking | traits, calls | a shared type belongs to one domain | `{name}` is a type of its own | values of the shared type no longer fit
shared-type-added | == | addition | - | a domain re-exports one more shared type | `{name}` is new | a re-export is new
shared-type-removed | == | breaking | imports | a domain re-exports one shared type less | `{name}` is gone | imports through this domain do not compile
alias-changed | !! | breaking | calls, fields, match | an alias stands for another type | `{name}` is `{after}` instead of `{before}` | an alias is the type that it stands for
constructor-added | == | addition | - | a struct gains `new` and setters | `{name}` can be built | a body is made of it
constructor-removed | == | breaking | calls | a struct loses `new` and setters | `{name}` can no longer be built | no body is made of it
default-added | == | addition | traits | a struct gains `Default` | `{name}` implements `Default` | each of its fields has an empty value
default-removed | == | breaking | traits, calls | a struct loses `Default` | `{name}` no longer implements `Default` | one of its fields has no empty value
type-use-changed | == | nothing | - | a type is used in other places | `{name}` is used in {after} | the rules of its fields say what it means
type-<additionalProperties/minProperties/maxProperties>-changed | !+ | nothing | - | `<>` of a type differs | `<>` of `{name}` is {after} | properties beyond the spec are ignored in answers
type-extension-changed | == | nothing | - | another key of a schema differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const PROPERTIES: &str = "\
property-added-optional | ++ | addition | - | an optional property is new | `{name}` is new | structs are `#[non_exhaustive]`: no literal and no pattern lists all fields
property-added-required-in-answers | =+ | addition | - | a required property of an answer is new | `{name}` is new | structs are `#[non_exhaustive]`: no literal and no pattern lists all fields
property-added-required | !+ | breaking | calls | a required property of a body is new | `{name}` is new and required | `new` takes one more argument
property-removed | +! | breaking | fields, calls, match | a property is gone | `{name}` is gone | the field and its setter are gone
property-renamed-on-the-wire | !! | behaviour | - | a property has another name in JSON and the same in Rust | `{name}` is `{after}` in JSON instead of `{before}` | the field stays
property-type-changed | !! | breaking | fields, calls, match | a property has another type | `{name}` is `{after}` instead of `{before}` | the field has another type
property-became-required | !+ | breaking | fields, calls, match | a property became required | `{name}` is required | `new` takes it, or the field is no `Option`
property-became-optional | +! | breaking | fields, calls, match | a property became optional | `{name}` is optional | `new` no longer takes it, or the field is an `Option`
property-became-nullable | +! | breaking | fields, calls, match | a property may be null | `{name}` may be null | the field is an `Option`
property-became-not-nullable | !+ | breaking | fields, calls, match | a property is never null | `{name}` is never null | the field is no `Option`
property-order-changed | == | silent | calls | the required properties of a body have another order | `{name}` takes {after} instead of {before} | the arguments of `new` have another order: most accept the same values, so programs may compile and send one in the place of another
property-field-order-changed | == | docs | - | properties have another order | the fields of `{name}` have another order | fields are used by their names
property-x-essential-added | == | behaviour | - | a property gains `x-essential` | `{name}` is now `x-essential` | an object without it is not read
property-x-left-out-added | == | nothing | - | a property gains `x-left-out` | `{name}` is now `x-left-out` | a model may leave it out: the model says what programs see
property-x-essential-removed | == | behaviour | - | a property loses `x-essential` | `{name}` is no longer `x-essential` | an object without it is read
property-x-left-out-removed | == | nothing | - | a property loses `x-left-out` | `{name}` is no longer `x-left-out` | a model must show it: the model says what programs see
property-<readOnly/writeOnly/deprecated/xml>-changed | ++ | nothing | - | `<>` of a property differs | `<>` of `{name}` is {after} | nothing is generated from it
property-extension-changed | == | nothing | - | another key of a property differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const LIMITS: &str = "\
<maximum/exclusiveMaximum/minimum/exclusiveMinimum/maxLength/minLength/maxItems/minItems/maxProperties/minProperties/multipleOf/pattern/uniqueItems>-added | !+ | nothing | - | `<>` is new | `{name}` has the limit {after} | limits make no code: the platform checks them
<maximum/exclusiveMaximum/minimum/exclusiveMinimum/maxLength/minLength/maxItems/minItems/maxProperties/minProperties/multipleOf/pattern/uniqueItems>-removed | ++ | nothing | - | `<>` is gone | `{name}` has no limit {before} | limits make no code: the platform checks them
<maximum/exclusiveMaximum/minimum/exclusiveMinimum/maxLength/minLength/maxItems/minItems/maxProperties/minProperties>-tightened | !+ | nothing | - | `<>` allows less | `{name}` has the limit {after} instead of {before} | limits make no code: the platform checks them
<maximum/exclusiveMaximum/minimum/exclusiveMinimum/maxLength/minLength/maxItems/minItems/maxProperties/minProperties>-loosened | ++ | nothing | - | `<>` allows more | `{name}` has the limit {after} instead of {before} | limits make no code: the platform checks them
<multipleOf/pattern/uniqueItems>-changed | !+ | nothing | - | `<>` differs | `{name}` has the limit {after} instead of {before} | limits make no code: the platform checks them
format-<added/removed/changed> | !+ | nothing | - | the format of a text is <> | the format of `{name}` is {after} instead of {before} | a format that gives no other type in Rust makes no code
default-value-<added/removed/changed> | ++ | nothing | - | a default is <> | the default of `{name}` is {after} instead of {before} | the platform applies it: requests leave out what is not set
element-nullable-<added/removed> | !! | nothing | - | null as an element is <> | the elements of `{name}` may be null: {after} | the type of the element says it in Rust
<const/contains/minContains/maxContains/prefixItems/unevaluatedItems/patternProperties/propertyNames/unevaluatedProperties/dependentRequired/dependentSchemas/contentEncoding/contentMediaType/contentSchema>-changed | !! | nothing | - | `<>`, a key of OpenAPI 3.1, differs | `<>` of `{name}` is {after} instead of {before} | nothing is generated from it: `cargo xtask check` refuses it in the spec
additional-properties-changed | !+ | nothing | - | other properties are allowed or refused | `{name}` allows other properties: {after} | properties beyond the spec are ignored in answers
";

const ENUMS: &str = "\
enum-value-added | ++ | addition | - | an enum has one more value | `{name}` is new | enums are open: older programs read the value as `Unknown`, and every `match` has a wildcard
enum-value-removed | !+ | breaking | match, literals | an enum has one value less | `{name}` is gone | its variant is gone
enum-variant-renamed | == | breaking | match, literals | the variant of a value has another name | `{before}` is called `{after}` | programs name the variant
enum-value-changed | !! | behaviour | - | a variant stands for another value | `{name}` is `{after}` on the wire instead of `{before}` | the variant stays
enum-values-reordered | == | behaviour | - | the values of an enum have another order | `{name}::ALL` has another order | `ALL` follows the spec
";

const UNIONS: &str = "\
union-variant-added | ++ | addition | - | a union has one more variant | `{name}` is new | unions are open: older programs read it as `Unknown`, and every `match` has a wildcard
union-variant-removed | !+ | breaking | match, calls | a union has one variant less | `{name}` is gone | the variant and its `From` are gone
union-variant-renamed | == | breaking | match, calls | the variant of a tag has another name | `{before}` is called `{after}` | programs name the variant
union-value-changed | !! | behaviour | - | a variant has another tag | `{name}` is `{after}` on the wire instead of `{before}` | the variant stays
union-variant-type-changed | !! | breaking | match, calls | a variant holds another type | `{name}` holds `{after}` instead of `{before}` | patterns bind another type
union-tag-changed | !! | behaviour | - | the tag of a union has another name | `{name}` is told apart by `{after}` instead of `{before}` | no field shows the tag
union-from-added | == | addition | - | a union gains `From` for a type | `{name}` can be made with `into` | the type is that of one variant only
union-from-removed | == | breaking | traits, calls | a union loses `From` for a type | `{name}` can no longer be made with `into` | the type is that of several variants
union-variants-reordered | == | docs | - | the variants of a union have another order | the variants of `{name}` have another order | variants are used by their names
<allOf/anyOf/oneOf/not/discriminator/if/then/else>-added | !! | nothing | - | `<>` is new | `{name}` is composed with `<>` | nothing is generated from it: write the schema as a struct or a tagged union
<allOf/anyOf/oneOf/not/discriminator/if/then/else>-removed | !! | nothing | - | `<>` is gone | `{name}` is no longer composed with `<>` | nothing is generated from it
<allOf/anyOf/oneOf/not/discriminator/if/then/else>-changed | !! | nothing | - | `<>` differs | `{name}` is composed otherwise with `<>` | nothing is generated from it
";

const COMMANDS: &str = "\
command-added | == | addition | - | a command is new | `{name}` is new | a new struct, and a new entry of the catalogue
command-removed | == | breaking | imports, calls | a command is gone | `{name}` is gone | its struct and its entry of the catalogue are gone
command-moved | == | breaking | imports | a command belongs to another domain | `{before}` is now `{after}` | a domain is a module and a feature
command-kind-changed | == | breaking | calls | a command runs in another way | `{name}` is a {after} instead of a {before} | it implements another trait
command-input-added-optional | == | addition | - | an optional input is new | `{name}` is new | a setter is new, `new` stays
command-input-added-required | == | breaking | calls | a required input is new | `{name}` is new and required | `new` takes one more argument
command-input-removed | == | breaking | calls, fields | an input is gone | `{name}` is gone | the field, and its setter or its argument of `new`, are gone
command-input-renamed | == | breaking | calls, fields | an input has another name | `{before}` is called `{after}` | the field, the setter and the JSON follow the name
command-input-became-required | == | breaking | calls, fields | an input became required | `{name}` is required | `new` takes one more argument
command-input-became-optional | == | breaking | calls, fields | an input became optional | `{name}` is optional | `new` takes one argument less
command-input-type-changed | == | breaking | calls, fields | an input has another type | `{name}` is `{after}` instead of `{before}` | the field and its argument have another type
command-input-order-changed | == | silent | calls | the required inputs have another order | `{name}` takes {after} instead of {before} | the arguments of `new` have another order: most accept the same values, so programs may compile and send one in the place of another
command-input-optional-order-changed | == | docs | - | optional inputs have another place among the inputs | the inputs of `{name}` have another order | each optional input has its own setter
command-input-target-changed | !! | behaviour | - | an input is sent in another place | `{name}` is sent as {after} instead of {before} | the field stays
command-default-added | == | addition | - | a command gains `Default` | `{name}` implements `Default` | it has no required input
command-default-removed | == | breaking | traits, calls | a command loses `Default` | `{name}` no longer implements `Default` | it has a required input
command-setter-added | == | addition | - | an input gains its setter | `{name}` has a setter | no constructor takes it
command-setter-removed | == | breaking | calls | an input loses its setter | `{name}` has no setter | a constructor takes it
command-constructor-added | == | addition | - | a constructor is new | `{name}` is new | no other name changes
command-constructor-removed | == | breaking | calls | a constructor is gone | `{name}` is gone | calls of it do not compile
command-constructor-changed | == | breaking | calls | a constructor takes other inputs | `{name}` takes {after} instead of {before} | calls of it do not compile
command-output-changed | == | breaking | calls, fields, match | a command returns another type | `{name}` returns `{after}` instead of `{before}` | `Command::Output`, or the item of the stream, is another type
command-effect-changed | == | behaviour | - | the effect of a command differs | `{name}` is {after} instead of {before} | the catalogue lists it, and programs decide by it
command-operations-changed | !! | behaviour | - | a command calls other operations | `{name}` calls {after} instead of {before} | its inputs and its output stay
command-deprecated | == | docs | - | a command calls a deprecated operation | `{name}` calls `{after}`, which is deprecated | commands get no attribute
command-undeprecated | == | docs | - | a command no longer calls a deprecated operation | `{name}` no longer calls `{before}`, which is deprecated | commands get no attribute
command-logic-by-hand | == | behaviour | - | the logic of a command is written by hand | the logic of `{name}` is written by hand | its inputs and its output stay
command-logic-generated | == | behaviour | - | the logic of a command is generated | the logic of `{name}` is generated | its inputs and its output stay
command-input-by-hand-changed | == | behaviour | - | the struct of a command is written by hand, or no longer | read the source of `{name}` | the inputs of a struct written by hand are not in the spec
command-<constants/sent-empty/owner/addon/sort/reread/teaches/clean-up>-changed | == | behaviour | - | `<>` of a command differs | `<>` of `{name}` is {after} instead of {before} | the same inputs send or return something else
command-domain-changed | == | breaking | imports | a command of an earlier grammar named its module | `{name}` was in the module `{before}` | since then a command is in the module of its file
command-<cli>-changed | == | docs | - | the command of the command-line client differs | `{name}` is {after} | a search in the documentation finds it
command-extension-changed | == | nothing | - | another key of a command differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const DOMAINS: &str = "\
domain-added | ++ | addition | - | a domain is new | the crate `{name}` is new | a new crate, and a new feature and module of the client
domain-removed | != | breaking | imports | a domain is gone | the crate `{name}` is gone | its crate, its feature and its modules are gone
feature-enables-added | == | addition | - | a feature switches on one more domain | the feature `{name}` switches on `{after}` | more modules are there
feature-enables-removed | == | breaking | imports | a feature switches on one domain less | the feature `{name}` no longer switches on `{before}` | programs that use that domain must select its feature
servers-changed | !! | nothing | - | the servers or the base path differ | the servers of `{name}` are {after} | programs choose an `Endpoint`: check the defaults in `crates/cc-runtime/src/endpoint.rs`
security-<added/removed/changed> | !! | nothing | - | a security requirement is <> | the security of `{name}` is {after} | the client decides which credentials a request has: check `transport/identify.rs`
security-schemes-changed | !! | nothing | - | the security schemes differ | the security schemes of `{name}` differ | the client decides which credentials a request has: check `transport/identify.rs`
domain-tags-changed | == | nothing | - | the tags of a document differ | the tags of `{name}` differ | tags make no code
domain-extension-changed | == | nothing | - | another key of a document differs | `{name}`: {before} is now {after} | nothing is generated from it
";

const DOCS: &str = "\
<domain/operation/parameter/answer/type/property/variant/command/input>-text-changed | == | docs | - | a text about a <> differs | the documentation of `{name}` differs | rustdoc shows it
operation-source-changed | == | docs | - | the sources of an operation differ | the sources of `{name}` are {after} | rustdoc names them
operation-used-by-changed | == | nothing | - | the programs that use an operation differ | `{name}` is used by {after} | nothing is generated from it
";
