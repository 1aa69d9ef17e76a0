//! A page of Markdown as mdBook sees it: headings, text between them, links.

use std::collections::HashSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A link or a picture.
#[derive(Debug)]
pub struct Link {
    pub text: String,
    pub target: String,
}

/// A heading, and the text up to the next one.
#[derive(Debug, Default)]
pub struct Section {
    /// 1 to 6; 0 for the text before the first heading.
    pub level: u8,
    pub heading: String,
    pub body: String,
}

#[derive(Debug)]
pub struct Page {
    pub sections: Vec<Section>,
    pub links: Vec<Link>,
}

impl Page {
    pub fn read(text: &str) -> Self {
        let mut sections = vec![Section::default()];
        let mut links: Vec<Link> = Vec::new();
        let (mut in_heading, mut in_link) = (false, false);
        for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
            let section = sections.last_mut().unwrap();
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    sections.push(Section { level: level as u8, ..Section::default() });
                    in_heading = true;
                }
                Event::End(TagEnd::Heading(_)) => in_heading = false,
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push(Link { text: String::new(), target: dest_url.into_string() });
                    in_link = true;
                }
                Event::End(TagEnd::Link | TagEnd::Image) => in_link = false,
                Event::Text(text) | Event::Code(text) => {
                    if in_link {
                        links.last_mut().unwrap().text.push_str(&text);
                    }
                    let into = if in_heading { &mut section.heading } else { &mut section.body };
                    into.push_str(&text);
                }
                // Words of two elements are two words.
                Event::Start(_) | Event::SoftBreak | Event::HardBreak if !in_heading => {
                    section.body.push(' ')
                }
                _ => {}
            }
        }
        Self { sections, links }
    }

    /// The anchors of the headings, as GitHub and mdBook make them.
    pub fn anchors(&self) -> Vec<String> {
        let mut used = HashSet::new();
        let headings = self.sections.iter().filter(|section| section.level > 0);
        headings
            .map(|section| {
                let anchor = anchor(&section.heading);
                let numbered = (1..).map(|number| format!("{anchor}-{number}"));
                std::iter::once(anchor.clone())
                    .chain(numbered)
                    .find(|anchor| used.insert(anchor.clone()))
                    .unwrap()
            })
            .collect()
    }
}

fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

#[test]
fn headings_have_the_anchors_of_github() {
    let page = Page::read("# One `x-two`: a *thing*\n## Same\ntext\n## Same\n```sh\n# no heading\n```\n");
    assert_eq!(page.anchors(), ["one-x-two-a-thing", "same", "same-1"]);
}
