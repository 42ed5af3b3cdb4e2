//! CodeableConcept: words and codes for one thing.

use concord_kernel::Text;

use crate::intake::Coding;
use crate::json::Node;
use crate::read::MAX_CODINGS;

pub(crate) const SNOMED: &str = "http://snomed.info/sct";
pub(crate) const LOINC: &str = "http://loinc.org";

/// The longest code and the longest URI of a code system that is kept.
const CODE_MAX: usize = 100;
const SYSTEM_MAX: usize = 200;

/// Words and codes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Concept {
    pub(crate) name: Option<Text>,
    pub(crate) codings: Vec<Coding>,
}

impl Concept {
    /// Reads a CodeableConcept. The name is its text, else the display that a user chose, else any display, else a
    /// code.
    pub(crate) fn read(node: &Node<'_>) -> Self {
        let coding_nodes = node.items("coding");
        let codings: Vec<Coding> = coding_nodes.iter().filter_map(coding).take(MAX_CODINGS).collect();
        let chosen = coding_nodes.iter().filter(|c| c.boolean("userSelected") == Some(true));
        let displays = chosen.chain(&coding_nodes).filter_map(|c| c.text("display"));
        let name = node
            .text("text")
            .into_iter()
            .chain(displays)
            .find_map(words)
            .or_else(|| codings.first().and_then(|c| words(&format!("code {}", c.code))));
        Self { name, codings }
    }

    pub(crate) fn has(&self, system: &str, codes: &[&str]) -> bool {
        self.codings.iter().any(|c| c.system == system && codes.contains(&c.code.as_str()))
    }
}

fn coding(node: &Node<'_>) -> Option<Coding> {
    let (system, code) = (node.text("system")?.trim(), node.text("code")?.trim());
    let fits = !system.is_empty() && system.len() <= SYSTEM_MAX && !code.is_empty() && code.len() <= CODE_MAX;
    let plain = !system.chars().chain(code.chars()).any(char::is_control);
    (fits && plain).then(|| Coding { system: system.to_owned(), code: code.to_owned() })
}

/// Words with single blanks between them, when they are within the bounds of a text.
pub(crate) fn words(text: &str) -> Option<Text> {
    // Joined from its words: control characters that are blanks, and zero-width marks, go.
    let plain: String = text.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')).collect();
    Text::parse(&plain.split_whitespace().collect::<Vec<_>>().join(" ")).ok()
}

/// The code in a status that the standard gives as CodeableConcept; a bare string is taken as the code.
pub(crate) fn status_code<'a>(node: &Node<'a>, name: &str) -> Option<&'a str> {
    let status = node.get(name)?;
    if let Some(code) = status.string() {
        return Some(code);
    }
    status.items("coding").iter().find_map(|c| c.text("code"))
}
