//! What the patient has said to a medication before they are given it, or more of it.

use concord_knowledge::Drug;

use super::super::Error;
use crate::treatment_plan::Consent;
use crate::{Context, PlanFacts};

/// Nobody is given what they declined, and nobody a drug that must never be taken unknowing. Consent that nobody has
/// written down yet is no refusal: a first dose may not wait for a form. It is due instead, see the worklist.
pub(in super::super) fn stands(drug: &Drug, context: &Context) -> Result<(), Error> {
    // A plan that was not looked at is no consent.
    let plan = context.facts.plan.as_ref().ok_or(Error::ConsentRequired)?;
    match decided(plan, drug, context) {
        Some(Consent::Declined) => Err(Error::ConsentDeclined),
        None if context.rules.needs_consent(drug) => Err(Error::ConsentRequired),
        Some(Consent::Given) | None => Ok(()),
    }
}

/// What was decided about the drug; where nothing was, about its substances in another form. Of several forms, one that
/// was declined counts, and a combination that holds a declined substance is declined with it. Who agreed to a part has
/// not agreed to the whole.
fn decided(plan: &PlanFacts, drug: &Drug, context: &Context) -> Option<Consent> {
    let about_it = |(other, consent): (&_, &Consent)| {
        let other = context.rules.drug(other)?;
        let part = other.ingredients.iter().all(|one| drug.ingredients.contains(one));
        let whole = part && other.ingredients.len() == drug.ingredients.len();
        (whole || (part && *consent == Consent::Declined)).then_some(*consent)
    };
    plan.consents.get(&drug.id).copied().or_else(|| plan.consents.iter().filter_map(about_it).max())
}
