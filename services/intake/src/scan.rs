//! A walk over JSON bytes that keeps the path: how damage is located that a parser only gives a line for.

/// The longest path that is written out.
const PATH_MAX: usize = 200;

#[derive(Debug)]
enum Level {
    Object { key: String, wants_key: bool },
    List { index: usize },
}

/// The path of the element that holds the byte at `offset`, as far as the text is JSON until there.
pub(crate) fn path_at(bytes: &[u8], offset: usize) -> String {
    let mut walk = Walk::default();
    for (position, byte) in bytes.iter().enumerate() {
        if position >= offset {
            break;
        }
        walk.step(*byte);
    }
    walk.path()
}

/// The path of the first element that is nested deeper than `limit`.
pub(crate) fn too_deep(bytes: &[u8], limit: usize) -> Option<String> {
    let mut walk = Walk::default();
    for byte in bytes {
        walk.step(*byte);
        if walk.levels.len() > limit {
            return Some(walk.path());
        }
    }
    None
}

#[derive(Debug, Default)]
struct Walk {
    levels: Vec<Level>,
    text: Option<Vec<u8>>,
    escaped: bool,
}

impl Walk {
    fn step(&mut self, byte: u8) {
        if let Some(text) = &mut self.text {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.end_text();
            } else if text.len() < PATH_MAX {
                text.push(byte);
            }
            return;
        }
        match byte {
            b'"' => self.text = Some(Vec::new()),
            b'{' => self.levels.push(Level::Object { key: String::new(), wants_key: true }),
            b'[' => self.levels.push(Level::List { index: 0 }),
            b'}' | b']' => {
                self.levels.pop();
            }
            b',' => match self.levels.last_mut() {
                Some(Level::Object { wants_key, .. }) => *wants_key = true,
                Some(Level::List { index }) => *index += 1,
                None => {}
            },
            _ => {}
        }
    }

    fn end_text(&mut self) {
        let text = self.text.take().unwrap_or_default();
        if let Some(Level::Object { key, wants_key }) = self.levels.last_mut()
            && *wants_key
        {
            *key = String::from_utf8_lossy(&text).into_owned();
            *wants_key = false;
        }
    }

    fn path(&self) -> String {
        let mut path = String::from("Bundle");
        for level in &self.levels {
            if path.len() > PATH_MAX {
                path.push('…');
                break;
            }
            match level {
                // A name with other characters than the standard's may be anything, also somebody's data.
                Level::Object { key, .. } if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                    if !key.is_empty() {
                        path.push('.');
                        path.push_str(key);
                    }
                }
                Level::Object { .. } => path.push_str(".?"),
                Level::List { index } => path.extend(["[", &index.to_string(), "]"]),
            }
        }
        path
    }
}
