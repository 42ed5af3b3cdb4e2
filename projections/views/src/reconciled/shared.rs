//! What of a list somebody outside the program may have: what the patient signed for them (42 CFR 2.31), and nothing that
//! tells of the rest.
//!
//! What is withheld is taken out of the row before anything is read from it, so that no count, sentence or time is made
//! of it.

use std::collections::BTreeSet;

use concord_domain::coordination::SharedPart;
use concord_knowledge::{DrugId, FindingKey, IngredientId, Ruleset};

use super::{LastChange, Row};
use crate::parts::{Background, Findings, News, Orders, Outside, Piece, Plans, Told};

/// What the patient signed that somebody outside the program may have, with what tells which medications tell of more.
#[derive(Clone, Copy, Debug)]
pub struct Shared<'a> {
    /// The parts.
    pub parts: &'a BTreeSet<SharedPart>,
    /// The rules in force.
    pub rules: &'a Ruleset,
}

impl Shared<'_> {
    fn has(self, part: SharedPart) -> bool {
        self.parts.contains(&part)
    }

    /// Whether nothing has to be taken out.
    fn is_everything(self) -> bool {
        use SharedPart::{Allergies, Diagnoses, Medications, Plan, Results, SubstanceUse};
        [Plan, Medications, Allergies, Diagnoses, Results, SubstanceUse]
            .into_iter()
            .all(|part| self.has(part))
    }

    fn may_have(self, ingredients: &[IngredientId]) -> bool {
        self.has(SharedPart::SubstanceUse) || !self.rules.treats_substance_use(ingredients)
    }
}

impl Row {
    /// The row without what its reader may not have.
    #[must_use]
    pub fn shared(mut self, shared: Shared<'_>) -> Self {
        if shared.is_everything() {
            return self;
        }
        let unsaid = self.drugs_unsaid(shared);
        self.without_medications(shared);
        if !shared.has(SharedPart::Allergies) {
            self.background = Background::default();
        }
        if !shared.has(SharedPart::Plan) {
            self.plans = Plans::default();
            self.next_visit_due_at = None;
        }
        self.news = self.news_of(shared, &unsaid);
        // When something was changed that is withheld is withheld as well.
        let position = self.last_change.map_or(0, |change| change.position);
        let latest = self.news.since(None).map(|piece| piece.recorded_at).max();
        self.last_change = latest.map(|recorded_at| LastChange { position, recorded_at });
        self
    }

    /// Drugs that are, or were lately, ordered for substance use.
    fn drugs_unsaid(&self, shared: Shared<'_>) -> BTreeSet<DrugId> {
        let open = self.orders.open.iter().map(|order| (&order.course.drug, &order.indication));
        let ended = self.orders.ended.iter().map(|order| (&order.drug, &order.indication));
        let told =
            open.chain(ended).filter(|(_, indication)| shared.rules.tells_of_substance_use(indication));
        told.map(|(drug, _)| drug.clone()).collect()
    }

    fn without_medications(&mut self, shared: Shared<'_>) {
        if !shared.has(SharedPart::SubstanceUse) || !shared.has(SharedPart::Medications) {
            // How much of everything was taken counts what is withheld.
            self.measured = None;
        }
        if !shared.has(SharedPart::Medications) {
            self.orders = Orders::default();
            self.outside = Outside::default();
            self.findings = Findings::default();
            self.pharmacy.changes.clear();
            return;
        }
        if !shared.has(SharedPart::SubstanceUse) {
            let rules = shared.rules;
            self.orders.open.retain(|order| {
                shared.may_have(&order.ingredients) && !rules.tells_of_substance_use(&order.indication)
            });
            // Of what nobody recognised nobody knows what it tells.
            self.outside.taken.retain(|line| line.complete && shared.may_have(&line.ingredients));
        }
        let listed = self.listed();
        self.findings.open.retain(|open| is_between(&open.finding, &listed));
        let orders = &self.orders.open;
        self.pharmacy.changes.retain(|change| orders.iter().any(|order| order.course.order == change.order));
    }

    /// The substances on the list.
    fn listed(&self) -> BTreeSet<IngredientId> {
        let program = self.orders.open.iter().flat_map(|order| &order.ingredients);
        program.chain(self.outside.taken.iter().flat_map(|line| &line.ingredients)).cloned().collect()
    }

    fn news_of(&self, shared: Shared<'_>, unsaid: &BTreeSet<DrugId>) -> News {
        let (listed, medications) = (self.listed(), shared.has(SharedPart::Medications));
        let substance_use = shared.has(SharedPart::SubstanceUse);
        let ordered = |drug: &DrugId| {
            let ingredients = shared.rules.drug(drug).map(|drug| drug.ingredients.as_slice());
            let known = ingredients.is_some_and(|ingredients| shared.may_have(ingredients));
            known && (substance_use || !unsaid.contains(drug))
        };
        let named = |name: &concord_kernel::Text| self.outside.taken.iter().any(|line| line.name == *name);
        self.news.only(|piece: &Piece| match &piece.what {
            Told::Order(drug, _) => medications && ordered(drug),
            Told::Outside(name, _) => medications && (substance_use || named(name)),
            Told::Interaction(finding, _) => medications && is_between(finding, &listed),
            Told::Reconciled => medications,
            Told::Allergies => shared.has(SharedPart::Allergies),
            Told::Conditions => shared.has(SharedPart::Diagnoses) && substance_use,
            Told::Plan => shared.has(SharedPart::Plan),
            Told::Stay(_) | Told::Conflict => true,
        })
    }
}

/// Whether a finding is about two medications that are on the list, and about nothing else, such as a diagnosis.
fn is_between(finding: &FindingKey, listed: &BTreeSet<IngredientId>) -> bool {
    finding.about.len() > 1 && finding.about.iter().all(|substance| listed.contains(substance))
}
