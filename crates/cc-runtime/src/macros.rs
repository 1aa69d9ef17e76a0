//! Open enums and open tagged unions: values that the platform adds later never break decoding.

/// Declares a string enum that keeps the values it does not know.
///
/// Answers may hold any value: one that this version does not know is read as `Unknown`, and written back unchanged. An input is
/// one of the variants. A text is parsed with `str::parse`, which refuses unknown values, and `other(…)` is the way to send a value
/// that the platform knows and this version does not.
///
/// ```
/// cc_runtime::open_enum! {
///     /// Who may use a zone.
///     pub enum ZoneKind {
///         /// Everybody.
///         Public = "PUBLIC",
///         /// One owner.
///         Private = "PRIVATE",
///     }
/// }
///
/// assert_eq!("PUBLIC".parse::<ZoneKind>().unwrap(), ZoneKind::Public);
/// assert!("PUBLIK".parse::<ZoneKind>().unwrap_err().to_string().contains("is `PUBLIC` meant?"));
/// let kind: ZoneKind = serde_json::from_str(r#""BETA""#).unwrap();
/// assert_eq!(kind, ZoneKind::Unknown("BETA".to_owned()));
/// assert_eq!(ZoneKind::other("BETA").to_string(), "BETA");
/// ```
///
/// ```compile_fail,E0277
/// # cc_runtime::open_enum! {
/// #     /// A kind.
/// #     pub enum ZoneKind {
/// #         /// Everybody.
/// #         Public = "PUBLIC",
/// #     }
/// # }
/// let kind: ZoneKind = "PUBLIC".into();
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $wire:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A value that this version does not know, kept as it came.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The known values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The known values as they travel, in the order of `ALL`.
            pub const VALUES: &'static [&'static str] = &[$($wire),+];

            /// Returns the variant of this wire value, or `Unknown` if this version does not know it.
            ///
            /// This is the way to send a value that the platform knows and this version of the crate does not. To read a text
            /// from a person or a file use `str::parse`, which refuses unknown values.
            #[must_use]
            pub fn other(value: impl ::std::convert::Into<::std::string::String>) -> Self {
                let value = value.into();
                match value.as_str() {
                    $($wire => Self::$variant,)+
                    _ => Self::Unknown(value),
                }
            }

            /// The value as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)+
                    Self::Unknown(value) => value,
                }
            }
        }

        /// Reads a known value. The error names the known values and the nearest.
        impl ::std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                if $crate::__private::is_known(value, Self::VALUES) {
                    ::std::result::Result::Ok(Self::other(value))
                } else {
                    ::std::result::Result::Err($crate::__private::unknown_value(
                        ::std::stringify!($name),
                        value,
                        Self::VALUES,
                    ))
                }
            }
        }

        /// The empty value: what an answer that lacks the field reads as.
        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self::Unknown(::std::string::String::new())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        /// Orders by text, so that the order of two values stays the same when a later version knows one of them.
        impl ::std::cmp::Ord for $name {
            fn cmp(&self, other: &Self) -> ::std::cmp::Ordering {
                let is_unknown = |value: &Self| ::std::matches!(value, Self::Unknown(_));
                // A known text that somebody put into `Unknown` by hand is another value: `Eq` tells the two apart, too.
                self.as_str().cmp(other.as_str()).then_with(|| is_unknown(self).cmp(&is_unknown(other)))
            }
        }

        impl ::std::cmp::PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> ::std::option::Option<::std::cmp::Ordering> {
                ::std::option::Option::Some(::std::cmp::Ord::cmp(self, other))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                $crate::__private::read_enum(deserializer, Self::VALUES, |text| {
                    let value = Self::other(text);
                    if let Self::Unknown(_) = value {
                        $crate::__private::met_unknown();
                    }
                    value
                })
            }
        }

        $crate::__open_enum_schema!($name, [$($wire),+]);
    };
}

/// Declares a union of structs told apart by one property, which keeps the variants it does not know.
///
/// ```
/// #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
/// # #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
/// pub struct RawHttp {
///     pub url: String,
/// }
///
/// cc_runtime::open_union! {
///     /// Where a drain sends to.
///     #[tag = "type"]
///     pub enum Recipient {
///         /// Any HTTP server.
///         RawHttp(RawHttp) = "RAW_HTTP",
///     }
/// }
///
/// let json = r#"{"loft":4,"type":"PIGEON"}"#;
/// let recipient: Recipient = serde_json::from_str(json).unwrap();
/// assert_eq!(recipient.tag(), "PIGEON");
/// assert_eq!(serde_json::to_string(&recipient).unwrap(), json);
/// ```
#[macro_export]
macro_rules! open_union {
    ($(#[doc = $doc:expr])* #[tag = $tag:literal] pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident($ty:ty) = $wire:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* $variant($ty),)+
            /// A variant that this version does not know, kept as it came.
            Unknown($crate::UnknownVariant),
        }

        impl $name {
            /// The value that tells this variant from the others.
            #[must_use]
            pub fn tag(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $wire,)+
                    Self::Unknown(unknown) => unknown.tag($tag),
                }
            }
        }

        /// The empty value: what an answer that lacks the field reads as.
        impl ::std::default::Default for $name {
            fn default() -> Self {
                Self::Unknown($crate::UnknownVariant::default())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                let value = match self {
                    $(Self::$variant(value) => $crate::__private::tagged_into_value($tag, $wire, value),)+
                    Self::Unknown(unknown) => ::std::result::Result::Ok(unknown.value().clone()),
                };
                $crate::__private::serde::Serialize::serialize(
                    &value.map_err($crate::__private::serde::ser::Error::custom)?,
                    serializer,
                )
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                $crate::__private::read_union(deserializer)
            }
        }

        impl $crate::__private::OpenUnion for $name {
            const NAME: &'static str = ::std::concat!("$cc_runtime::union:", $tag);

            fn read<'de, D>(tag: &str, deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                match tag {
                    $($wire => <$ty as $crate::__private::serde::Deserialize>::deserialize(deserializer)
                        .map(Self::$variant),)+
                    _ => <$crate::__private::serde_json::Value as $crate::__private::serde::Deserialize>::deserialize(deserializer)
                        .map(|value| {
                            $crate::__private::met_unknown();
                            Self::Unknown($crate::UnknownVariant::new(value))
                        }),
                }
            }
        }

        $crate::__open_union_schema!($name, $tag, [$($ty = $wire),+]);
    };
}

/// Expands to the JSON Schema of an open enum, where the feature asks for it.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident, [$($wire:literal),+]) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(
                _: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                $crate::__private::enum_schema(&[$($wire),+])
            }
        }
    };
}

/// Expands to nothing: the feature `schemars` is off.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($($tokens:tt)*) => {};
}

/// Expands to the JSON Schema of an open union, where the feature asks for it.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_union_schema {
    ($name:ident, $tag:literal, [$($ty:ty = $wire:literal),+]) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(
                generator: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                let variants = vec![$(($wire, <$ty as $crate::__private::schemars::JsonSchema>::json_schema(generator))),+];
                $crate::__private::union_schema($tag, variants)
            }
        }
    };
}

/// Expands to nothing: the feature `schemars` is off.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_union_schema {
    ($($tokens:tt)*) => {};
}

#[cfg(test)]
mod tests {
    crate::open_enum! {
        /// A state.
        pub enum State {
            /// On.
            On = "ON",
        }
    }

    #[test]
    fn an_unknown_value_is_kept_unchanged() {
        for (json, state) in [(r#""ON""#, State::On), (r#""on""#, State::Unknown("on".to_owned()))] {
            assert_eq!(serde_json::from_str::<State>(json).unwrap(), state);
            assert_eq!(serde_json::to_string(&state).unwrap(), json);
        }
        assert_eq!((State::ALL, State::VALUES), ([State::On].as_slice(), ["ON"].as_slice()));
    }

    #[test]
    fn a_text_is_a_known_value_or_an_error_that_names_the_nearest() {
        assert_eq!("ON".parse::<State>().unwrap(), State::On);
        let error = "on".parse::<State>().unwrap_err();
        assert!(error.is_not_sent());
        assert_eq!(
            error.to_string(),
            "invalid input: `State`: unknown value `on`: is `ON` meant? Known values: `ON`. A value that this version does not \
             know is `State::other(…)`"
        );
        let error = "x\n".repeat(500).parse::<State>().unwrap_err().to_string();
        assert!(error.len() < 400 && !error.contains('\n'), "{error}");
    }

    #[test]
    fn the_two_ways_to_send_a_value_agree() {
        assert_eq!(State::other("ON"), State::On);
        assert_eq!(State::other("NEW"), State::Unknown("NEW".to_owned()));
    }

    #[test]
    fn an_input_is_a_known_value_or_says_that_it_is_another() {
        let read = |json: serde_json::Value| {
            crate::de::strictly::<Vec<State>>(&json).map_err(|fault| fault.to_string())
        };
        assert_eq!(
            read(serde_json::json!(["ON", { "other": "NEW" }, { "other": "ON" }])).unwrap(),
            [State::On, State::other("NEW"), State::On]
        );
        for (json, text) in [
            (
                serde_json::json!(["on"]),
                "unknown value `on`: is `ON` meant? Known values: `ON`. A value that this version does not know is `{\"other\": \"…\"}`",
            ),
            (serde_json::json!([{ "other": "" }]), "`other` must not be empty"),
            (serde_json::json!([{ "else": "x" }]), "unknown field `else`"),
            (serde_json::json!([{}]), "missing field `other`"),
            (serde_json::json!([1]), "a known value or an object"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(text), "{error}");
        }
        // With any deserializer, where a field says that it is an input.
        #[derive(Debug, PartialEq, serde::Deserialize)]
        struct Command {
            #[serde(deserialize_with = "crate::__private::input")]
            states: Vec<State>,
            #[serde(default, deserialize_with = "crate::__private::input")]
            last: Option<State>,
            answered: Option<State>,
        }
        let plain = |json: &str| serde_json::from_str::<Command>(json).map_err(|error| error.to_string());
        let read = plain(r#"{"states":["ON",{"other":"NEW"}],"answered":"NEW"}"#).unwrap();
        assert_eq!(
            (read.states, read.last, read.answered),
            (vec![State::On, State::other("NEW")], None, Some(State::other("NEW")))
        );
        for json in [r#"{"states":["NEW"]}"#, r#"{"states":[],"last":"NEW"}"#] {
            let error = plain(json).unwrap_err();
            assert!(
                error.contains("unknown value `NEW`") && error.contains(r#"`{"other": "…"}`"#),
                "{error}"
            );
        }
        // Answers, and values that are read again, hold anything.
        assert_eq!(crate::de::plainly::<State>(&"on".into()).unwrap(), State::other("on"));
        assert_eq!(
            crate::de::leniently::<State>(&"on".into(), b"\"on\"", Default::default()).unwrap().0,
            State::other("on")
        );
    }

    #[test]
    fn values_compare_with_texts_and_are_ordered_by_text() {
        let unknown = |text: &str| State::Unknown(text.to_owned());
        assert!(State::On == "ON" && State::On == *"ON" && State::On != "on" && unknown("on") == "on");
        assert_eq!((State::On.as_ref(), format!("{:>4}", State::On)), ("ON", "  ON".to_owned()));
        let mut states = [unknown("P"), unknown("ON"), State::On, unknown("A")];
        states.sort();
        // The same text twice: two values that are not equal are not ordered as equal.
        assert_eq!(states, [unknown("A"), State::On, unknown("ON"), unknown("P")]);
    }
}
