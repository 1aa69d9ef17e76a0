//! Shapes of texts: ids, e-mail addresses, hosts, addresses, URLs and words.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Disguise;
use crate::record::safe;

impl Disguise {
    /// Replaces a text that is not empty, in its shape.
    pub(super) fn text(&self, text: &str) -> String {
        if let Some((address, size)) = text.split_once('/')
            && let Ok(address) = address.parse::<IpAddr>()
            && size.parse::<u8>().is_ok()
        {
            return format!("{}/{size}", self.address(address));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return self.address(address);
        }
        // Words of a sentence depend on the sentence, so that nobody counts how often each one occurs.
        let sentence = text.contains(char::is_whitespace).then_some(text);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !is_of_a_run(first) {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let end = rest.find(|char| !is_of_a_run(char)).unwrap_or(rest.len());
            let after = &rest[end..];
            if let Some(url) = after.strip_prefix("//")
                && let Some(scheme) = rest[..end].strip_suffix(':')
            {
                let end = url.find(|char: char| is_after_an_authority(char)).unwrap_or(url.len());
                let scheme =
                    if safe::SCHEMES.contains(&scheme) { scheme.to_owned() } else { self.word(scheme, None) };
                out.push_str(&format!("{scheme}://{}", self.authority(&url[..end])));
                rest = &url[end..];
                continue;
            }
            out.push_str(&self.run(&rest[..end], sentence));
            rest = after;
        }
        out
    }

    /// Replaces the user, the password and the host of a URL. Its port stays.
    fn authority(&self, text: &str) -> String {
        let (user, host) = match text.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, text),
        };
        let user = user.map(|user| {
            let parts = user.splitn(2, ':').map(|part| match part {
                "git" | "" => part.to_owned(),
                part => self.seen_or_run(part),
            });
            format!("{}@", parts.collect::<Vec<_>>().join(":"))
        });
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, Some(port)),
            _ => (host, None),
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let host = match bare.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{}]", self.address(address.into())),
            Ok(address) => self.address(address),
            Err(_) => self.host(host),
        };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{host}{port}", user.unwrap_or_default())
    }

    /// A part that may have been replaced as a secret elsewhere.
    fn seen_or_run(&self, part: &str) -> String {
        match self.seen.get(&self.digest(part)) {
            Some(true) => self.starred(part),
            _ => self.run(part, None),
        }
    }

    /// Replaces a run of letters, digits and the punctuation of names.
    fn run(&self, run: &str, sentence: Option<&str>) -> String {
        let end = run.trim_end_matches(['.', ':', '-']).len();
        if end < run.len() {
            let core = if end == 0 { String::new() } else { self.run(&run[..end], sentence) };
            return core + &run[end..];
        }
        if self.seen.get(&self.digest(run)) == Some(&true) {
            return self.starred(run);
        }
        if let Ok(address) = run.parse::<IpAddr>() {
            return self.address(address);
        }
        if let Some((user, host)) = run.split_once('@')
            && host.contains('.')
            && !host.contains('@')
        {
            if user == "git" {
                let (host, path) = host.split_once(':').map_or((host, None), |(h, p)| (h, Some(p)));
                let path = path.map(|path| format!(":{}", self.run(path, sentence))).unwrap_or_default();
                return format!("git@{}{path}", self.host(host));
            }
            return format!("user-{}@example.org", self.stream("mail", run).hex(8));
        }
        if is_host(run) {
            return self.host(run);
        }
        if let Some(start) = uuid_in(run) {
            return self.with_uuid(run, start, sentence);
        }
        self.word(run, sentence)
    }

    fn with_uuid(&self, run: &str, start: usize, sentence: Option<&str>) -> String {
        let (before, rest) = run.split_at(start);
        let (uuid, after) = rest.split_at(UUID);
        let is_known = before
            .strip_suffix(['_', '-'])
            .is_some_and(|prefix| safe::PREFIXES.contains(&prefix.to_ascii_lowercase().as_str()));
        // Plans are the same for all accounts.
        if before == "plan_" && after.is_empty() {
            return run.to_owned();
        }
        let before =
            if before.is_empty() || is_known { before.to_owned() } else { self.word(before, sentence) };
        let after = if after.is_empty() { String::new() } else { self.run(after, sentence) };
        format!("{before}{}{after}", self.uuid(uuid))
    }

    /// A UUID with the version of the original.
    fn uuid(&self, uuid: &str) -> String {
        let lower = uuid.to_ascii_lowercase();
        let mut letters = self.stream("uuid", &lower);
        let made = lower.char_indices().map(|(at, char)| match at {
            8 | 13 | 18 | 23 | 14 => char,
            19 => char::from(b"89ab"[letters.below(4)]),
            _ => char::from(b"0123456789abcdef"[letters.below(16)]),
        });
        let made: String = made.collect();
        if uuid.contains(|char: char| char.is_ascii_uppercase()) { made.to_ascii_uppercase() } else { made }
    }

    /// A host of the platform keeps its domain, any other is below `example`.
    fn host(&self, host: &str) -> String {
        if host == "localhost" || safe::HOSTS.contains(&host) {
            return host.to_owned();
        }
        let known = safe::DOMAINS.iter().find_map(|domain| {
            let labels = host.strip_suffix(domain)?;
            labels.strip_suffix('.').map(|labels| (labels, *domain))
        });
        let (labels, domain) = match known {
            Some((labels, domain)) => (labels, format!(".{domain}")),
            None => (host, if host.contains('.') { ".example".to_owned() } else { String::new() }),
        };
        let labels = labels.split('.').map(|label| match uuid_in(label) {
            Some(start) => self.with_uuid(label, start, None),
            None if label.is_empty() || label == "*" => label.to_owned(),
            None => self.word(label, None),
        });
        labels.collect::<Vec<_>>().join(".") + &domain
    }

    fn address(&self, address: IpAddr) -> String {
        if address.is_loopback() || address.is_unspecified() {
            return address.to_string();
        }
        let text = address.to_string();
        let mut letters = self.stream("address", &text);
        let mut byte = || letters.byte();
        match address {
            IpAddr::V4(_) => Ipv4Addr::new(10, byte(), byte(), byte()).to_string(),
            IpAddr::V6(_) => {
                let mut pair = || u16::from(byte()) << 8 | u16::from(byte());
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, pair(), pair(), pair(), pair()).to_string()
            }
        }
    }

    /// Letters become letters of the same case, digits become digits, and punctuation stays.
    fn word(&self, word: &str, sentence: Option<&str>) -> String {
        let is_id = word.len() >= 16 || word.contains(|char: char| char.is_ascii_digit());
        let key = match sentence.filter(|_| !is_id) {
            Some(sentence) => format!("{word}\0{sentence}"),
            None => word.to_owned(),
        };
        let is_hex = word.len() >= 7
            && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && word.contains(|char: char| char.is_ascii_digit());
        let mut letters = self.stream("word", &key);
        let mut shaped = String::new();
        // A short word may be replaced by itself: then the next letters are taken.
        for _ in 0..16 {
            shaped = if is_hex {
                letters.hex(word.len())
            } else {
                word.chars()
                    .map(|char| match char {
                        '0'..='9' => char::from(b'0' + letters.below(10) as u8),
                        char if char.is_uppercase() => char::from(b'A' + letters.below(26) as u8),
                        char if char.is_alphanumeric() => char::from(b'a' + letters.below(26) as u8),
                        char => char,
                    })
                    .collect()
            };
            if shaped != word {
                break;
            }
        }
        shaped
    }
}

const UUID: usize = 36;

/// Start of the first UUID of a text.
pub(in crate::record) fn uuid_in(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..(bytes.len() + 1).saturating_sub(UUID)).find(|start| {
        bytes[*start..*start + UUID].iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}

fn is_of_a_run(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '@' | ':' | '+')
}

fn is_after_an_authority(char: char) -> bool {
    matches!(char, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '`' | ',' | ';' | ')') || char.is_whitespace()
}

fn is_host(run: &str) -> bool {
    let labels: Vec<&str> = run.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    labels.len() > 1
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|last| last.len() > 1 && last.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Disguise::new([7; 32]).plain(text)
    }

    #[test]
    fn an_id_keeps_its_prefix_and_is_the_same_inside_other_texts() {
        let uuid = "0b0f4b0c-6a4b-4c1a-9a4a-0d7a3b1c2d3e";
        let id = plain(&format!("app_{uuid}"));
        let made = id.strip_prefix("app_").unwrap();
        assert_eq!(uuid_in(made), Some(0));
        assert_ne!(made, uuid);
        for (text, expected) in [
            (format!("app-{uuid}.cleverapps.io"), format!("app-{made}.cleverapps.io")),
            (
                format!("git+ssh://git@push.clever-cloud.com/app_{uuid}.git"),
                format!("git+ssh://git@push.clever-cloud.com/app_{made}.git"),
            ),
            (format!("(app_{uuid})"), format!("(app_{made})")),
        ] {
            let shown = plain(&text);
            let start = uuid_in(&shown).unwrap();
            assert_eq!(
                shown[start..start + UUID],
                expected[uuid_in(&expected).unwrap()..][..UUID],
                "{shown}"
            );
        }
        assert_eq!(plain(&format!("plan_{uuid}")), format!("plan_{uuid}"));
        assert!(!plain(&format!("lovelace_{uuid}")).contains("lovelace"));
    }

    #[test]
    fn each_kind_of_text_keeps_its_shape() {
        let shape = |text: &str| {
            text.chars()
                .map(|char| match char {
                    '0'..='9' => '0',
                    char if char.is_uppercase() => 'A',
                    char if char.is_alphabetic() => 'a',
                    char => char,
                })
                .collect::<String>()
        };
        for text in ["Ada Lovelace", "+33 6 12 34 56 78", "FR12345678901", "12, rue Neuve", "Zoé"] {
            assert_eq!(shape(&plain(text)), shape(text));
            assert_ne!(plain(text), text);
        }
        let mail = plain("ada.lovelace@acme.com");
        assert!(mail.starts_with("user-") && mail.ends_with("@example.org"), "{mail}");
        assert!(plain("192.168.3.4").parse::<Ipv4Addr>().unwrap().octets()[0] == 10);
        assert!(plain("192.168.3.4/24").ends_with("/24"));
        assert!(plain("2a01:e0a::17").parse::<Ipv6Addr>().is_ok());
        assert_eq!(plain("127.0.0.1"), "127.0.0.1");
        assert!(plain("www.acme.com").ends_with(".example"));
        let url = plain("postgresql://ada:hunter2@db7.services.clever-cloud.com:5432/orders");
        assert!(
            url.starts_with("postgresql://") && url.contains(".services.clever-cloud.com:5432/"),
            "{url}"
        );
        for original in ["ada", "hunter2", "db7", "orders"] {
            assert!(!url.contains(original), "{url}");
        }
    }

    #[test]
    fn a_secret_is_found_again_inside_a_url() {
        let mut disguise = Disguise::new([7; 32]);
        let secret = disguise.secret("kaeghu4Iejoo");
        assert!(disguise.plain("redis://:kaeghu4Iejoo@redis.example.com:6379").contains(&secret));
    }

    #[test]
    fn the_same_word_differs_between_sentences() {
        let (one, other) = (plain("deploy failed"), plain("deploy done ok"));
        assert_ne!(one[..6], other[..6]);
    }
}
