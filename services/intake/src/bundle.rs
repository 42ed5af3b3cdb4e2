//! The entries of a bundle and the references between them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Problem;
use crate::json::Node;
use crate::sink::Sink;

/// One entry with a resource.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) resource: Node<'a>,
    pub(crate) kind: &'a str,
    id: Option<&'a str>,
    full_url: Option<&'a str>,
}

/// Every entry that counts, findable by what others call it.
#[derive(Debug)]
pub(crate) struct Bundle<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    by_url: BTreeMap<&'a str, usize>,
    by_id: BTreeMap<(&'a str, &'a str), usize>,
}

/// What a reference leads to.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// An entry, by its place in [`Bundle::entries`].
    Entry(usize),
    /// A resource within the referring one.
    Contained(Node<'a>),
}

impl<'a> Bundle<'a> {
    /// Takes the entries in. Repeated ones, deleted ones and, in a history, older versions are left out.
    pub(crate) fn read(root: &Node<'a>, sink: &mut Sink) -> Self {
        let history = root.text("type") == Some("history");
        let mut bundle = Self { entries: Vec::new(), by_url: BTreeMap::new(), by_id: BTreeMap::new() };
        let mut deleted: Vec<&str> = Vec::new();
        for node in root.items("entry") {
            let request = node.get("request");
            let method = request.as_ref().and_then(|r| r.text("method"));
            if method == Some("DELETE") {
                deleted.extend(node.text("fullUrl"));
                deleted.extend(request.as_ref().and_then(|r| r.text("url")));
                continue;
            }
            let Some(entry) = entry(&node, method, sink) else { continue };
            if history && entry.is_named(&deleted) {
                sink.left_out.older_versions += 1;
            } else if bundle.holds(&entry) {
                if history {
                    // The standard sorts a history with the newest version first.
                    sink.left_out.older_versions += 1;
                } else {
                    sink.note(entry.resource.path(), Problem::Duplicate);
                }
            } else {
                bundle.add(entry);
            }
        }
        bundle
    }

    fn holds(&self, entry: &Entry<'a>) -> bool {
        match (entry.full_url, entry.id) {
            (Some(url), _) => self.by_url.contains_key(url),
            (None, Some(id)) => self.by_id.contains_key(&(entry.kind, id)),
            (None, None) => false,
        }
    }

    fn add(&mut self, entry: Entry<'a>) {
        let place = self.entries.len();
        if let Some(url) = entry.full_url {
            self.by_url.insert(url, place);
        }
        if let Some(id) = entry.id {
            self.by_id.entry((entry.kind, id)).or_insert(place);
        }
        // A RESTful URL names type and id too, also when the resource itself does not.
        if let Some((kind, id)) = entry.full_url.and_then(type_and_id) {
            self.by_id.entry((kind, id)).or_insert(place);
        }
        self.entries.push(entry);
    }

    /// Follows a Reference element of the entry at `from`.
    pub(crate) fn follow(&self, reference: &Node<'a>, from: usize) -> Option<Target<'a>> {
        let text = reference.text("reference")?;
        let referring = self.entries.get(from)?;
        if let Some(id) = text.strip_prefix('#') {
            let contained = referring.resource.items("contained");
            return contained.into_iter().find(|r| r.text("id") == Some(id)).map(Target::Contained);
        }
        self.find(text, referring.full_url).map(Target::Entry)
    }

    fn find(&self, text: &str, base: Option<&str>) -> Option<usize> {
        let text = text.split_once("/_history/").map_or(text, |(current, _)| current);
        if let Some(place) = self.by_url.get(text) {
            return Some(*place);
        }
        if is_absolute(text) {
            // An entry without URL of its own can only be meant by its type and id.
            let place = *self.by_id.get(&type_and_id(text)?)?;
            return self.entries.get(place).is_some_and(|entry| entry.full_url.is_none()).then_some(place);
        }
        let sibling = base.and_then(base_of).map(|base| format!("{base}/{text}"));
        if let Some(place) = sibling.and_then(|url| self.by_url.get(url.as_str()).copied()) {
            return Some(place);
        }
        self.by_id.get(&text.split_once('/')?).copied()
    }
}

impl Entry<'_> {
    fn is_named(&self, names: &[&str]) -> bool {
        let own = self.id.map(|id| format!("{}/{id}", self.kind));
        names.iter().any(|name| Some(*name) == self.full_url || Some(*name) == own.as_deref())
    }
}

fn entry<'a>(node: &Node<'a>, method: Option<&str>, sink: &mut Sink) -> Option<Entry<'a>> {
    if !node.is_object() {
        sink.note(node.path(), Problem::NotAnObject);
        return None;
    }
    let Some(resource) = node.get("resource") else {
        // A read in a transaction, or an answer to a write, brings nothing and need not.
        if !matches!(method, Some("GET" | "HEAD")) && !node.has("response") {
            sink.note(node.path(), Problem::NoResource);
        }
        return None;
    };
    if !resource.is_object() {
        sink.note(resource.path(), Problem::NotAnObject);
        return None;
    }
    let Some(kind) = resource.text("resourceType") else {
        sink.note(resource.path(), Problem::NoResourceType);
        return None;
    };
    let (id, full_url) = (resource.text("id"), node.text("fullUrl"));
    Some(Entry { resource, kind, id, full_url })
}

fn is_absolute(url: &str) -> bool {
    ["http://", "https://", "urn:"].iter().any(|scheme| url.starts_with(scheme))
}

/// `http://host/fhir` of `http://host/fhir/Patient/1`.
fn base_of(url: &str) -> Option<&str> {
    if url.starts_with("urn:") {
        return None;
    }
    let (rest, _id) = url.rsplit_once('/')?;
    rest.rsplit_once('/').map(|(base, _kind)| base)
}

/// `(Patient, 1)` of `http://host/fhir/Patient/1`.
fn type_and_id(url: &str) -> Option<(&str, &str)> {
    if url.starts_with("urn:") {
        return None;
    }
    let (rest, id) = url.rsplit_once('/')?;
    let kind = rest.rsplit('/').next()?;
    (kind.starts_with(|c: char| c.is_ascii_uppercase()) && !id.is_empty()).then_some((kind, id))
}

/// Reads the root of the document when it is a bundle.
pub(crate) fn root(document: &Value) -> Option<Node<'_>> {
    (document.get("resourceType")?.as_str()? == "Bundle").then(|| Node::new(document, "Bundle"))
}
