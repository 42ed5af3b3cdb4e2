//! The table of everything that can be decided.

use std::sync::Arc;

use concord_domain::Relationship;
use concord_kernel::{Purpose, Role};
use strum::VariantArray;

use crate::{Act, Action, Question};

/// How many purposes there are.
const PURPOSES: usize = 6;

const ACTS: usize = Act::VARIANTS.len();
const ACTIONS: usize = ACTS + Question::VARIANTS.len();
/// Every relationship, and none because there is no single patient.
const COLUMNS: usize = Relationship::VARIANTS.len() + 1;
const ROWS: usize = Role::ALL.len() * ACTIONS * PURPOSES;

/// One answer.
#[derive(Clone, Copy, Debug)]
struct Cell {
    permitted: bool,
    /// The place of the policy's name; absent where no policy says anything.
    policy: Option<u16>,
}

/// The answers, with the names of the policies that gave them. What was never asked is denied.
#[derive(Debug)]
pub(super) struct Cells {
    names: Vec<Arc<str>>,
    cells: Vec<Cell>,
}

impl Cells {
    /// A table in which everything is denied; `names` are those of the policies.
    pub(super) fn denying(names: Vec<Arc<str>>) -> Self {
        Self { names, cells: vec![Cell { permitted: false, policy: None }; ROWS * COLUMNS] }
    }

    /// Where the answers for one role, act or question, and purpose begin.
    pub(super) fn row(role: Role, action: Action, purpose: Purpose) -> usize {
        let action = match action {
            Action::Act(act) => act as usize,
            Action::Question(question) => ACTS + question as usize,
        };
        ((role as usize * ACTIONS + action) * PURPOSES + place(purpose)) * COLUMNS
    }

    pub(super) fn set(
        &mut self,
        row: usize,
        relationship: Option<Relationship>,
        permitted: bool,
        policy: Option<u16>,
    ) {
        self.cells[row + column(relationship)] = Cell { permitted, policy };
    }

    pub(super) fn permits(&self, row: usize, relationship: Option<Relationship>) -> bool {
        self.cells[row + column(relationship)].permitted
    }

    pub(super) fn policy(&self, row: usize, relationship: Option<Relationship>) -> Option<Arc<str>> {
        let policy = self.cells[row + column(relationship)].policy?;
        self.names.get(usize::from(policy)).map(Arc::clone)
    }
}

fn column(relationship: Option<Relationship>) -> usize {
    relationship.map_or(Relationship::VARIANTS.len(), |relationship| relationship as usize)
}

const fn place(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Treatment => 0,
        Purpose::Payment => 1,
        Purpose::Operations => 2,
        Purpose::Emergency => 3,
        Purpose::PatientRequest => 4,
        Purpose::Audit => 5,
    }
}
