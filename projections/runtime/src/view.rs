//! What a view is: a pure fold from facts to rows. It knows no SQL, no clock, no other view.

use std::fmt;

use concord_kernel::{PatientId, StreamKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Fact, Item, Key, List, Sort};

/// A question, and how facts answer it.
///
/// Rows are documents under a key. Equal histories give equal rows, however they are cut into batches: `touches`
/// and `apply` depend on their arguments alone.
pub trait View: Send + Sync + 'static {
    /// The noun of the question, such as `caseload`; never renamed. `a-z` and `_` only.
    const NAME: &'static str;
    /// Grows with every change of what a row holds or how facts change it: a new version is built aside.
    const VERSION: u32;
    /// The kinds of stream whose events it folds.
    const KINDS: &'static [StreamKind];
    /// Whether rows are written once and never again, as entries of a history are: then none is read back. Their keys
    /// are [`Key::entry`], and they appear on no list.
    const INSERT_ONLY: bool = false;
    /// Whether every row follows the rules that a program publishes: a publication is applied to each row that there is,
    /// whatever [`View::touches`] says of it. [`View::KINDS`] has the stream of rules then.
    const FOLLOWS_RULES: bool = false;
    /// A row.
    type Row: Serialize + DeserializeOwned + Clone + PartialEq + Send + 'static;

    /// What the keys of all rows about a patient are made of: when the patient's record is destroyed, these rows are removed.
    fn rows_of(patient: PatientId) -> Vec<PatientId> {
        vec![patient]
    }

    /// Names the rows that `fact` changes; none when the view does not care.
    fn touches(fact: &Fact) -> Vec<Key>;

    /// Changes one row that `fact` touches; `None` is an absent row, before and after.
    ///
    /// # Errors
    ///
    /// [`ViewError`] when the fact contradicts the row. The view stops before this fact, and says so.
    fn apply(row: &mut Option<Self::Row>, key: &Key, fact: &Fact) -> Result<(), ViewError>;

    /// Names the lists on which a row appears, and where.
    fn lists(key: &Key, row: &Self::Row) -> Vec<ListEntry>;
}

/// A row's appearance on a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListEntry {
    /// Which list.
    pub list: List,
    /// Where on it.
    pub sort: Sort,
    /// What of the row it is about, for rows that appear several times on one list; else empty.
    pub item: Item,
}

impl ListEntry {
    /// The appearance of a row as a whole.
    pub fn whole(list: List, sort: Sort) -> Self {
        Self { list, sort, item: Item::default() }
    }
}

/// A fact that contradicts what the view was told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// It is about something that never began.
    #[error("a fact about an unknown {0}")]
    Unknown(&'static str),
    /// It arrived where no such fact belongs.
    #[error("a fact that contradicts the row: {0}")]
    Contradiction(&'static str),
}

/// Names a view and the version of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ViewId {
    /// [`View::NAME`].
    pub name: &'static str,
    /// [`View::VERSION`].
    pub version: u32,
}

impl ViewId {
    /// The identifier of `V`.
    pub const fn of<V: View>() -> Self {
        Self { name: V::NAME, version: V::VERSION }
    }
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.v{}", self.name, self.version)
    }
}
