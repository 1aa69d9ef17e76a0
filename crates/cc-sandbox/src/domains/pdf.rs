//! One page of text as a PDF.

use std::fmt::Write as _;

use bytes::Bytes;

/// Version of the format, and a comment of bytes above 127, by which programs recognise a binary file.
const HEAD: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";

/// A PDF of one page with these lines.
pub(super) fn page(lines: &[String]) -> Bytes {
    // Readers take ASCII alone, and brackets and backslashes are signs of the format.
    let plain = |line: &String| -> String {
        line.chars()
            .map(|letter| if letter.is_ascii() && !"()\\".contains(letter) { letter } else { ' ' })
            .collect()
    };
    let shown: String = lines.iter().map(|line| format!("({}) Tj T*\n", plain(line))).collect();
    let content = format!("BT /F1 12 Tf 16 TL 72 770 Td\n{shown}ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let (mut text, mut places) = (String::new(), String::new());
    for (index, object) in objects.iter().enumerate() {
        // Writing to a `String` cannot fail.
        writeln!(places, "{:010} 00000 n ", HEAD.len() + text.len()).ok();
        writeln!(text, "{} 0 obj\n{object}\nendobj", index + 1).ok();
    }
    let (start, size) = (HEAD.len() + text.len(), objects.len() + 1);
    writeln!(
        text,
        "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF"
    )
    .ok();
    [HEAD, text.as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_pdf_leads_to_its_objects() {
        let bytes = page(&["Invoice (F1)".to_owned(), "Total: 12 €".to_owned()]);
        let text = String::from_utf8_lossy(&bytes[HEAD.len()..]);
        let table = text.split("xref\n0 5\n").nth(1).unwrap();
        for (index, line) in table.lines().skip(1).take(4).enumerate() {
            let place = line[..10].parse::<usize>().unwrap() - HEAD.len();
            assert!(text[place..].starts_with(&format!("{} 0 obj", index + 1)), "{line}");
        }
        assert!(text.contains("(Invoice  F1 ) Tj") && text.is_ascii());
    }
}
