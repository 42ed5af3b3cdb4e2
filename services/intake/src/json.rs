//! A JSON value that knows where it stands.

use serde_json::Value;

/// A value with its path from the bundle.
#[derive(Clone, Debug)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn new(value: &'a Value, path: impl Into<String>) -> Self {
        Self { value, path: path.into() }
    }

    pub(crate) fn path(&self) -> String {
        self.path.clone()
    }

    /// The path that `name` has or would have.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    pub(crate) fn is_object(&self) -> bool {
        self.value.is_object()
    }

    /// The element of that name; JSON null counts as absent, as the standard has it.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self::new(value, self.at(name)))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| !value.is_null())
    }

    /// The items of a repeating element; a single value counts as a list of one.
    pub(crate) fn items(&self, name: &str) -> Vec<Self> {
        match self.value.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .filter(|(_, item)| !item.is_null())
                .map(|(index, item)| Self::new(item, format!("{}.{name}[{index}]", self.path)))
                .collect(),
            Some(single @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_))) => {
                vec![Self::new(single, self.at(name))]
            }
        }
    }

    pub(crate) fn string(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        self.value.get(name)?.as_bool()
    }

    /// A finite number.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.value.get(name)?.as_f64().filter(|number| number.is_finite())
    }

    /// The first of the choice `value[x]` that is there, with its full name.
    pub(crate) fn choice(&self, stem: &str) -> Option<Self> {
        let object = self.value.as_object()?;
        let name = object.iter().find(|(name, value)| {
            let tail = name.strip_prefix(stem);
            tail.is_some_and(|t| t.starts_with(|c: char| c.is_ascii_uppercase())) && !value.is_null()
        })?;
        self.get(name.0)
    }

    /// The last part of the path: how the element is called.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}
