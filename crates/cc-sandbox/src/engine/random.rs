//! Everything that looks random: made from the seed and a name, so that it is the same in every run.

/// Mixes a seed and the parts of a name into one number.
pub(crate) fn mix(seed: u64, parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ scramble(seed);
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    scramble(hash)
}

/// A UUID (in the form of version 4) for a seed and a name.
pub(crate) fn uuid(seed: u64, parts: &[&str]) -> String {
    let high = mix(seed, parts);
    let low = scramble(high ^ 0x5851_f42d_4c95_7f2d);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// Returns `true` if an event with this probability (0 to 1) happens, for a number from [`mix`].
pub(crate) fn happens(number: u64, probability: f64) -> bool {
    // A float has a precision of 53 bits.
    ((number >> 11) as f64) / ((1_u64 << 53) as f64) < probability
}

/// The finishing step of SplitMix64: neighbours in, unrelated numbers out.
fn scramble(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_one_uuid_for_a_seed_and_another_for_another_seed() {
        assert_eq!(uuid(1, &["app", "1"]), uuid(1, &["app", "1"]));
        assert_ne!(uuid(1, &["app", "1"]), uuid(2, &["app", "1"]));
        assert_ne!(uuid(1, &["app", "1"]), uuid(1, &["app1", ""]));
        assert_eq!(uuid(1, &["app", "1"]).len(), 36);
    }

    #[test]
    fn a_probability_is_about_kept() {
        let hits = (0..1_000_u64).filter(|n| happens(mix(7, &[&n.to_string()]), 0.25)).count();
        assert!((200..300).contains(&hits), "{hits} of 1000");
        assert!(!happens(mix(7, &["x"]), 0.0) && happens(mix(7, &["x"]), 1.0));
    }
}
