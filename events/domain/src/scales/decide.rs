//! The rules of the scores.

use std::time::Duration;

use concord_kernel::{Instant, Role, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;

use super::{AdministrationMode, Command, Error, Event, RiskLevel, Scales, scoring};
use crate::{Context, Issued};

/// Who may record a form and deal with a risk.
const CLINICIANS: [Role; 4] = [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::Nurse];

/// Days for which a form that was answered may still be recorded.
const MOST_DAYS_BACK: i64 = 30;

/// Until a high risk is acted on; the patient is not left alone. Program rule.
const HIGH_WITHIN: Duration = Duration::from_mins(15);

/// Until a clinician has seen a moderate risk: the same working day. Program rule.
const MODERATE_WITHIN: Duration = Duration::from_hours(8);

/// Until somebody has got in touch about a low risk, such as strong craving. Program rule.
const LOW_WITHIN: Duration = Duration::from_hours(24);

/// One form as it was handed in.
struct Form<'a> {
    id: ScaleId,
    scale: ScaleKind,
    items: &'a [Option<u8>],
    stated_total: Option<u16>,
    mode: AdministrationMode,
    language: &'a str,
    taken_at: Instant,
    substance: Option<&'a Text>,
}

impl Scales {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let context = &issued.context;
        match &issued.command {
            Command::Administer { id, scale, items, stated_total, mode, language, taken_at, substance } => {
                let form = Form {
                    id: *id,
                    scale: *scale,
                    items,
                    stated_total: *stated_total,
                    mode: *mode,
                    language,
                    taken_at: *taken_at,
                    substance: substance.as_ref(),
                };
                form.may_be_recorded(context)?;
                if self.used.contains(id) {
                    return Err(Error::ScaleUsed);
                }
                self.administer(&form, context)
            }
            Command::ResolveRisk { id, resolution } => {
                let role = context.actor.role;
                if !CLINICIANS.contains(&role) {
                    return Err(Error::RoleNotPermitted { role });
                }
                let risk = self.risks.get(id).ok_or(Error::UnknownRisk)?;
                if risk.resolved {
                    return Err(Error::RiskAlreadyResolved);
                }
                Ok(vec![Event::RiskResolved { id: *id, resolution: resolution.clone() }])
            }
        }
    }

    fn administer(&self, form: &Form<'_>, context: &Context) -> Result<Vec<Event>, Error> {
        let score = scoring::score(context.rules, form.scale, form.items)?;
        if form.stated_total.is_some() && form.stated_total != score.total {
            return Err(Error::TotalMismatch { computed: score.total });
        }
        let baseline = self.baseline(form.scale, form.substance);
        let mut events = vec![Event::ScaleScored {
            id: form.id,
            scale: form.scale,
            items: form.items.to_vec(),
            total: score.total,
            band: score.band,
            baseline: score.total.and(baseline),
            response: score
                .total
                .zip(baseline.filter(|_| form.scale.falls_when_better()))
                .map(|(total, baseline)| scoring::response(form.scale, baseline, total)),
            remission: score.total.and_then(|total| scoring::remission(form.scale, total)),
            mode: form.mode,
            language: form.language.to_owned(),
            taken_at: form.taken_at,
            substance: form.substance.cloned(),
        }];
        events.extend(self.worsened(form, score.total, context));
        events.extend(self.risk(form, score.risk, context.now));
        Ok(events)
    }

    /// Whether depression is clearly worse than at the lowest of the visits just before.
    fn worsened(&self, form: &Form<'_>, total: Option<u16>, context: &Context) -> Option<Event> {
        let rules = context.rules.deadlines();
        let to = total.filter(|_| form.scale == ScaleKind::Phq9)?;
        let from = self.lowest_before(form.taken_at, rules.worsening_scores)?;
        let worse = to.saturating_sub(from) >= rules.worsening_points;
        worse.then_some(Event::ScoreWorsened { id: form.id, scale: form.scale, from, to })
    }

    /// A thought of self-harm on a PHQ-9 asks for a C-SSRS the same day; where there is one, that one decides.
    fn risk(&self, form: &Form<'_>, level: Option<RiskLevel>, now: Instant) -> Option<Event> {
        let level = level?;
        if form.scale == ScaleKind::Phq9 && self.asked_about_suicide_since(form.taken_at) {
            return None;
        }
        let within = match level {
            RiskLevel::Low => LOW_WITHIN,
            RiskLevel::Moderate => MODERATE_WITHIN,
            RiskLevel::High => HIGH_WITHIN,
        };
        let act_by = now.plus(within);
        Some(Event::RiskRaised { id: form.id, scale: form.scale, level, raised_at: now, act_by })
    }
}

impl Form<'_> {
    /// Clinicians record any form, patients what they answered themselves. What a clinician must see, such as pupils and
    /// tremor, nobody records of themselves.
    fn may_be_recorded(&self, context: &Context) -> Result<(), Error> {
        let role = context.actor.role;
        let own = role == Role::Patient && self.mode == AdministrationMode::SelfReport;
        if !own && !CLINICIANS.contains(&role) {
            return Err(Error::RoleNotPermitted { role });
        }
        if self.scale.is_seen() && self.mode != AdministrationMode::Clinician {
            return Err(Error::ClinicianScores);
        }
        // A withdrawal score lets a first dose go ahead: whoever takes pulse and blood pressure gives it.
        if self.scale.is_seen() && self.scale.is_of_withdrawal() && role == Role::Therapist {
            return Err(Error::RoleNotPermitted { role });
        }
        if !is_language_tag(self.language) {
            return Err(Error::NotALanguage);
        }
        if self.taken_at > context.now {
            return Err(Error::TakenInFuture);
        }
        if self.taken_at < context.now.plus_days(-MOST_DAYS_BACK) {
            return Err(Error::TakenTooLongAgo { most_days: MOST_DAYS_BACK });
        }
        match (self.scale.is_about_something(), self.substance) {
            (true, None) => Err(Error::SubstanceRequired),
            (false, Some(_)) => Err(Error::SubstanceNotAsked),
            (true, Some(_)) | (false, None) => Ok(()),
        }
    }
}

/// Longest language tag that is taken. Source: RFC 5646 section 4.4.1.
const LANGUAGE_MOST_BYTES: usize = 35;

/// Whether `tag` has the form of a BCP 47 tag: a language of 2 to 8 letters, then subtags of 1 to 8 letters and digits.
fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    tag.len() <= LANGUAGE_MOST_BYTES
        && (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}
