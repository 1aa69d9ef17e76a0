//! Dates in forms that only some routes want.

use cc_runtime::Timestamp;

/// Formats the instant as RFC 3339 with exactly six fractional digits, as log routes expect; finer digits are
/// truncated.
#[must_use]
pub fn to_micro_iso(timestamp: Timestamp) -> String {
    let micros = Timestamp::from_micros(timestamp.as_micros()).unwrap_or(timestamp).to_string();
    match micros.strip_suffix('Z') {
        Some(millis) if micros.len() - micros.rfind('.').unwrap_or_default() == ".123Z".len() => {
            format!("{millis}000Z")
        }
        _ => micros,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_fractional_digits_are_always_written() {
        for (from, to) in [
            ("2024-03-12T13:38:33Z", "2024-03-12T13:38:33.000000Z"),
            ("2024-03-12T13:38:33.313Z", "2024-03-12T13:38:33.313000Z"),
            ("2024-03-12T13:38:33.3131Z", "2024-03-12T13:38:33.313100Z"),
            ("2024-03-12T13:38:33.313123789Z", "2024-03-12T13:38:33.313123Z"),
        ] {
            assert_eq!(to_micro_iso(from.parse().unwrap()), to);
        }
    }
}
