//! The protocol of Redis (RESP, versions 2 and 3): commands as clients send them, and replies.

use bytes::{Buf, BytesMut};

use super::{Resp, cli};

/// Most bytes of a line: the head of a command, or a whole inline command. As in Redis.
const LINE: usize = 64 * 1024;
/// Most words of a command. As in Redis.
const WORDS: usize = 1024 * 1024;

/// Version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Two,
    Three,
}

/// A command that a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Words(Vec<String>),
    /// A word is not UTF-8: key spaces of the sandbox hold texts.
    NotText,
}

/// Reads commands from bytes as they come.
#[derive(Debug)]
pub(super) struct Reader {
    bytes: BytesMut,
    /// Most bytes of the words of a command.
    most: usize,
    begun: Option<Begun>,
}

/// A command of which some words are read.
#[derive(Debug, Default)]
struct Begun {
    words: Vec<String>,
    is_text: bool,
    missing: usize,
    size: usize,
    /// Length of the next word, once its head is read.
    length: Option<usize>,
}

impl Reader {
    pub(super) fn new(most: usize) -> Self {
        Self { bytes: BytesMut::new(), most, begun: None }
    }

    /// Where received bytes are put.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }

    /// Returns the next command, `None` if more bytes are needed for it, or the reason to close the connection.
    pub(super) fn next(&mut self) -> Result<Option<Command>, String> {
        loop {
            if self.begun.is_none() && !self.begin()? {
                return Ok(None);
            }
            let Some(begun) = &mut self.begun else { continue };
            while begun.missing > 0 {
                let length = match begun.length {
                    Some(length) => length,
                    None => {
                        let Some(line) = line(&mut self.bytes)? else { return Ok(None) };
                        let length = word_length(&line, self.most.saturating_sub(begun.size))?;
                        begun.size += length;
                        *begun.length.insert(length)
                    }
                };
                if self.bytes.len() < length + 2 {
                    return Ok(None);
                }
                match String::from_utf8(self.bytes.split_to(length).into()) {
                    Ok(word) => begun.words.push(word),
                    Err(_) => begun.is_text = false,
                }
                self.bytes.advance(2);
                (begun.length, begun.missing) = (None, begun.missing - 1);
            }
            let Some(begun) = self.begun.take() else { continue };
            return Ok(Some(if begun.is_text { Command::Words(begun.words) } else { Command::NotText }));
        }
    }

    /// Reads the head of a command. Returns `false` if more bytes are needed.
    fn begin(&mut self) -> Result<bool, String> {
        loop {
            let Some(line) = line(&mut self.bytes)? else { return Ok(false) };
            let (words, missing) = match line.strip_prefix(b"*") {
                Some(count) => {
                    let count = number(count).filter(|count| *count <= WORDS as i64);
                    let count = count.ok_or("ERR Protocol error: invalid multibulk length")?;
                    (Vec::new(), usize::try_from(count).unwrap_or(0))
                }
                None => {
                    let line = String::from_utf8_lossy(&line);
                    let words =
                        cli::words(&line).ok_or("ERR Protocol error: unbalanced quotes in request")?;
                    (words, 0)
                }
            };
            // Empty commands are passed over, as Redis does.
            if missing > 0 || !words.is_empty() {
                self.begun = Some(Begun { words, is_text: true, missing, ..Begun::default() });
                return Ok(true);
            }
        }
    }
}

/// Takes a line, without its end.
fn line(bytes: &mut BytesMut) -> Result<Option<BytesMut>, String> {
    match bytes.iter().take(LINE).position(|byte| *byte == b'\n') {
        Some(end) => {
            let mut line = bytes.split_to(end + 1);
            line.truncate(end);
            if line.ends_with(b"\r") {
                line.truncate(end - 1);
            }
            Ok(Some(line))
        }
        None if bytes.len() >= LINE => Err("ERR Protocol error: too big inline request".to_owned()),
        None => Ok(None),
    }
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn word_length(line: &[u8], most: usize) -> Result<usize, String> {
    let Some(length) = line.strip_prefix(b"$") else {
        let found = line.first().map_or(' ', |byte| char::from(*byte));
        let found = cc_one_line::one_line(&found.to_string(), 10).to_string();
        return Err(format!("ERR Protocol error: expected '$', got '{found}'"));
    };
    let length = number(length).and_then(|length| usize::try_from(length).ok());
    length
        .filter(|length| *length <= most)
        .ok_or_else(|| "ERR Protocol error: invalid bulk length".to_owned())
}

/// Appends a reply as clients read it.
pub(super) fn write(out: &mut Vec<u8>, version: Version, reply: &Resp) {
    let head = |out: &mut Vec<u8>, kind: char, number: &dyn std::fmt::Display| {
        out.extend(format!("{kind}{number}\r\n").into_bytes());
    };
    match reply {
        Resp::Nil if version == Version::Two => out.extend(b"$-1\r\n"),
        Resp::Nil => out.extend(b"_\r\n"),
        Resp::Integer(number) => head(out, ':', number),
        // A line: it ends at the first end of a line.
        Resp::Status(text) => head(out, '+', &text.replace(['\r', '\n'], " ")),
        Resp::Error(text) => head(out, '-', &text.replace(['\r', '\n'], " ")),
        Resp::Text(text) => {
            head(out, '$', &text.len());
            out.extend(text.as_bytes());
            out.extend(b"\r\n");
        }
        Resp::List(items) => list(out, version, ('*', items.len()), items),
        Resp::Set(items) if version == Version::Three => list(out, version, ('~', items.len()), items),
        Resp::Map(items) if version == Version::Three => list(out, version, ('%', items.len() / 2), items),
        Resp::Set(items) | Resp::Map(items) => list(out, version, ('*', items.len()), items),
    }
}

fn list(out: &mut Vec<u8>, version: Version, (kind, length): (char, usize), items: &[Resp]) {
    out.extend(format!("{kind}{length}\r\n").into_bytes());
    items.iter().for_each(|item| write(out, version, item));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(reader: &mut Reader) -> Result<Vec<Command>, String> {
        std::iter::from_fn(|| reader.next().transpose()).collect()
    }

    fn words(words: &[&str]) -> Command {
        Command::Words(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[test]
    fn commands_are_the_same_wherever_the_bytes_are_cut() {
        let bytes = "*2\r\n$4\r\nECHO\r\n$5\r\na\r\néb\r\n\r\n*0\r\nset \"a b\" 1\r\n*1\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n";
        // The length is in bytes.
        let bytes = bytes.replace("$5\r\na\r\néb", "$6\r\na\r\néb");
        let expected =
            [words(&["ECHO", "a\r\néb"]), words(&["set", "a b", "1"]), words(&[""]), words(&["PING"])];
        for cut in 0..=bytes.len() {
            let mut reader = Reader::new(100);
            let mut found = Vec::new();
            for part in [&bytes.as_bytes()[..cut], &bytes.as_bytes()[cut..]] {
                reader.buffer().extend_from_slice(part);
                found.extend(all(&mut reader).unwrap());
            }
            assert_eq!(found, expected, "cut at {cut}");
        }
    }

    #[test]
    fn a_word_that_is_not_utf_8_spoils_its_command_only() {
        let mut reader = Reader::new(100);
        reader.buffer().extend_from_slice(b"*2\r\n$3\r\nGET\r\n$1\r\n\xff\r\n*1\r\n$4\r\nPING\r\n");
        assert_eq!(all(&mut reader).unwrap(), [Command::NotText, words(&["PING"])]);
    }

    #[test]
    fn what_is_no_command_is_refused_before_it_is_stored() {
        for (bytes, problem) in [
            ("*1\r\n:1\r\n", "ERR Protocol error: expected '$', got ':'"),
            ("*1\r\n\r\n", "ERR Protocol error: expected '$', got ' '"),
            ("*99999999\r\n", "ERR Protocol error: invalid multibulk length"),
            ("*x\r\n", "ERR Protocol error: invalid multibulk length"),
            ("*1\r\n$101\r\n", "ERR Protocol error: invalid bulk length"),
            (
                "*2\r\n$60\r\n012345678901234567890123456789012345678901234567890123456789\r\n$41\r\n",
                "ERR Protocol error: invalid bulk length",
            ),
            ("*1\r\n$-1\r\n", "ERR Protocol error: invalid bulk length"),
            ("GET \"a\r\n", "ERR Protocol error: unbalanced quotes in request"),
            (&"x".repeat(LINE), "ERR Protocol error: too big inline request"),
        ] {
            let mut reader = Reader::new(100);
            reader.buffer().extend_from_slice(bytes.as_bytes());
            assert_eq!(all(&mut reader), Err(problem.to_owned()));
        }
    }

    #[test]
    fn replies_are_written_in_both_versions() {
        let map = Resp::Map(vec![Resp::text("a"), Resp::Integer(1)]);
        let reply = Resp::List(vec![
            Resp::Nil,
            map,
            Resp::Set(vec![Resp::text("é")]),
            Resp::Status("OK".into()),
            Resp::Error("ERR a\r\nb".into()),
        ]);
        let written = |version| {
            let mut out = Vec::new();
            write(&mut out, version, &reply);
            String::from_utf8(out).unwrap().replace("\r\n", " ")
        };
        assert_eq!(written(Version::Two), "*5 $-1 *2 $1 a :1 *1 $2 é +OK -ERR a  b ");
        assert_eq!(written(Version::Three), "*5 _ %1 $1 a :1 ~1 $2 é +OK -ERR a  b ");
    }
}
