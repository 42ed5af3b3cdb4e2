//! The rules of a side-effect record.

use std::collections::BTreeSet;

use concord_kernel::{Actor, Instant, OrderId, ReportId, Role, Text};
use concord_knowledge::{RedFlagId, SymptomId};

use super::deadline::Deadlines;
use super::reporter::{graded, reporter};
use super::state::Report;
use super::{Command, Decision, Error, Event, Grade, Outcome, SideEffects};
use crate::reporter::Reporter;
use crate::{ChartFacts, Context, Issued};

/// A report as it is made.
struct Said<'a> {
    report: ReportId,
    symptom: Option<&'a SymptomId>,
    description: &'a Text,
    grade: Grade,
    red_flags: &'a [RedFlagId],
    suspected: Option<OrderId>,
    onset_at: Option<Instant>,
}

impl SideEffects {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// Deadlines count from `now`, when the report reaches the program, not from when it was felt.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let Issued { command, context } = issued;
        match command {
            Command::Report { report, symptom, description, grade, red_flags, suspected, onset_at } => {
                let said = Said {
                    report: *report,
                    symptom: symptom.as_ref(),
                    description,
                    grade: *grade,
                    red_flags,
                    suspected: *suspected,
                    onset_at: *onset_at,
                };
                self.report(&said, context)
            }
            Command::Triage { report, grade, note } => self.triage(*report, *grade, note, context),
            Command::Decide { report, decision, rationale } => {
                self.decide_action(*report, *decision, rationale, context)
            }
            Command::Resolve { report, outcome } => self.resolve(*report, *outcome, context),
            Command::Breach { report } => self.breach(*report, context),
        }
    }

    fn report(&self, said: &Said<'_>, context: &Context) -> Result<Vec<Event>, Error> {
        // First of all: whoever may not report learns nothing of the record.
        let reporter = reporter(said.grade, said.red_flags, context)?;
        if self.open.contains_key(&said.report) || self.resolved.contains(&said.report) {
            return Err(Error::ReportIdUsed);
        }
        if said.symptom.is_some_and(|symptom| !context.rules.knows_symptom(symptom)) {
            return Err(Error::UnknownSymptom);
        }
        if !said.red_flags.iter().all(|flag| context.rules.knows_red_flag(flag)) {
            return Err(Error::UnknownRedFlag);
        }
        if said.red_flags.iter().collect::<BTreeSet<_>>().len() < said.red_flags.len() {
            return Err(Error::RedFlagTwice);
        }
        if said.onset_at.is_some_and(|onset| onset > context.now) {
            return Err(Error::OnsetInTheFuture);
        }
        if let Some(order) = said.suspected {
            known_to_the_chart(order, context)?;
        }
        let deadlines = Deadlines::of(graded(said.grade, reporter), !said.red_flags.is_empty(), context);
        Ok(vec![Event::SideEffectReported {
            report: said.report,
            symptom: said.symptom.cloned(),
            description: said.description.clone(),
            grade: said.grade,
            red_flags: said.red_flags.to_vec(),
            suspected: said.suspected,
            onset_at: said.onset_at,
            by: context.actor.id,
            role: context.actor.role,
            contact_by: deadlines.contact_by,
            decide_by: deadlines.decide_by,
            not_on_care_team: reporter == Reporter::NotOnCareTeam,
        }])
    }

    /// A clinician may judge it milder, which gives nobody more time, or worse, which gives less. What is severe or
    /// worse only a prescriber judges milder.
    fn triage(
        &self,
        report: ReportId,
        grade: Grade,
        note: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        let open = self.open(report)?;
        if open.decided.is_some() {
            return Err(Error::AlreadyDecided);
        }
        if grade < open.grade && open.grade >= Grade::Severe && !context.actor.role.prescribes() {
            return Err(Error::NotAPrescriber);
        }
        let now_by = Deadlines::of(grade, open.red_flag, context).decide_by;
        let decide_by = open.decide_by.min(now_by);
        Ok(vec![Event::SideEffectTriaged { report, grade, note: note.clone(), decide_by }])
    }

    /// A later decision may differ from an earlier one; only the first can be late.
    fn decide_action(
        &self,
        report: ReportId,
        decision: Decision,
        rationale: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if !context.actor.role.prescribes() {
            return Err(Error::NotAPrescriber);
        }
        let open = self.open(report)?;
        if open.decided == Some(decision) {
            return Err(Error::AlreadyDecided);
        }
        carried_out(decision, context)?;
        let late = open.decided.is_none() && context.now > open.decide_by;
        Ok(vec![Event::SideEffectActionDecided { report, decision, rationale: rationale.clone(), late }])
    }

    fn resolve(&self, report: ReportId, outcome: Outcome, context: &Context) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        let open = self.open(report)?;
        if open.must_be_decided() && open.decided.is_none() {
            return Err(Error::DecisionMissing);
        }
        Ok(vec![Event::SideEffectResolved { report, outcome }])
    }

    fn breach(&self, report: ReportId, context: &Context) -> Result<Vec<Event>, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let open = self.open(report)?;
        if open.decided.is_some() {
            return Err(Error::AlreadyDecided);
        }
        if open.breached {
            return Err(Error::AlreadyBreached);
        }
        if context.now <= open.decide_by {
            return Err(Error::DeadlineNotPassed);
        }
        Ok(vec![Event::EscalationBreached { report, decide_by: open.decide_by }])
    }

    fn open(&self, report: ReportId) -> Result<&Report, Error> {
        match self.open.get(&report) {
            Some(open) => Ok(open),
            None if self.resolved.contains(&report) => Err(Error::ReportResolved),
            None => Err(Error::UnknownReport),
        }
    }
}

fn clinician(actor: &Actor) -> Result<(), Error> {
    if actor.role.prescribes() || matches!(actor.role, Role::Nurse | Role::Pharmacist) {
        Ok(())
    } else {
        Err(Error::NotAClinician)
    }
}

fn chart(context: &Context) -> Result<&ChartFacts, Error> {
    context.facts.chart.as_ref().ok_or(Error::UnknownOrder)
}

/// The order is or was on the chart: a side effect may come after the drug.
fn known_to_the_chart(order: OrderId, context: &Context) -> Result<(), Error> {
    if chart(context)?.known_orders.contains(&order) { Ok(()) } else { Err(Error::UnknownOrder) }
}

/// The order that carries the decision out: an open one where it goes on, a known one where it was stopped.
fn carried_out(decision: Decision, context: &Context) -> Result<(), Error> {
    match decision {
        Decision::ContinueAndMonitor => Ok(()),
        Decision::ReduceDose(order) | Decision::ChangeTiming(order) | Decision::AddTreatment(order) => {
            known_to_the_chart(order, context)?;
            if chart(context)?.open_orders.contains(&order) { Ok(()) } else { Err(Error::OrderStopped) }
        }
        Decision::Switch(order) | Decision::Stop(order) => known_to_the_chart(order, context),
    }
}
