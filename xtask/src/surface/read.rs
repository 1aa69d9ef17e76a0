//! The committed text of the surface, read back: the names and orders that a change of the spec must keep.

/// One entry of the text: an operation, a type or a command.
#[derive(Debug)]
pub struct Entry<'a> {
    /// First word of its first line, such as `operation` or `enum`.
    pub kind: &'a str,
    pub name: &'a str,
    /// Its other lines, without their indentation.
    lines: Vec<&'a str>,
}

/// The entries of a text.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(fact) = line.strip_prefix("  ") {
            if let Some(entry) = entries.last_mut() {
                entry.lines.push(fact);
            }
        } else if let Some((kind, rest)) = line.split_once(' ').filter(|_| !line.starts_with('#')) {
            let name = rest.split(' ').next().unwrap_or_default();
            entries.push(Entry { kind, name, lines: Vec::new() });
        }
    }
    entries
}

impl<'a> Entry<'a> {
    /// The variants of an enum or a union: name in Rust and value.
    pub fn variants(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_type = matches!(self.kind, "enum" | "union");
        self.lines.iter().filter(move |_| is_type).filter_map(|line| {
            let (variant, value) = line.split_once(" = ")?;
            let name = variant.split_once('(').map_or(variant, |(name, _)| name);
            Some((name, value.strip_suffix(", without From").unwrap_or(value)))
        })
    }

    /// The names of the required parameters, fields or inputs, in their order.
    pub fn required(&self) -> Vec<&'a str> {
        let named = self.lines.iter().filter_map(|line| line.split_once(": "));
        let required = named.filter(|(_, rest)| rest.split(", ").any(|mark| mark == "required"));
        // `path ownerId`, `input zone`, and a field without a word before it.
        required.map(|(name, _)| name.rsplit(' ').next().unwrap_or(name)).collect()
    }
}
