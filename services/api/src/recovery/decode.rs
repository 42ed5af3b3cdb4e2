//! Messages to commands of a recovery record.

use concord_domain::Command as AnyCommand;
use concord_domain::recovery::{Command, NaloxoneOffer, ScreenLine};
use concord_kernel::{
    DrugScreenId, InductionId, OrderId, OutsideMedicationId, OverdoseId, RelapseId, SubstanceUseId,
};
use concord_knowledge::{Milligrams, ScreenClassId, SubstanceId};
use concord_proto::concord::recovery::v1 as pb;

use super::words;
use crate::Invalid;
use crate::common::decode::episode;
use crate::field::{id, instant, list, name, optional_instant, optional_text, required, small, text};

/// Most elements of a list of a recovery request; rules set tighter bounds.
const MOST: usize = 32;

pub(super) fn start_induction(request: pb::StartInductionRequest) -> Result<AnyCommand, Invalid> {
    let pb::StartInductionRequest {
        header: _,
        induction_id,
        episode,
        setting,
        exposure,
        last_use_at,
        instructions,
    } = request;
    Ok(AnyCommand::Recovery(Command::StartInduction {
        induction: induction(&induction_id)?,
        episode: self::episode(episode)?,
        setting: words::setting(setting)?,
        exposure: words::exposure(exposure)?,
        last_use_at: optional_instant("last_use_at", last_use_at)?,
        instructions: optional_text("instructions", &instructions)?,
    }))
}

pub(super) fn clear_first_dose(request: pb::ClearFirstDoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::ClearFirstDoseRequest { header: _, induction_id } = request;
    Ok(AnyCommand::Recovery(Command::ClearFirstDose { induction: induction(&induction_id)? }))
}

pub(super) fn record_observed_dose(request: pb::RecordObservedDoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordObservedDoseRequest { header: _, order_id, dose_mg, given_at } = request;
    Ok(AnyCommand::Recovery(Command::RecordObservedDose {
        order: id("order_id", &order_id, OrderId::new)?,
        dose: dose("dose_mg", dose_mg)?,
        given_at: instant("given_at", given_at)?,
    }))
}

pub(super) fn complete_induction(request: pb::CompleteInductionRequest) -> Result<AnyCommand, Invalid> {
    let pb::CompleteInductionRequest { header: _, induction_id, daily_mg } = request;
    let (induction, daily) = (induction(&induction_id)?, dose("daily_mg", daily_mg)?);
    Ok(AnyCommand::Recovery(Command::CompleteInduction { induction, daily }))
}

pub(super) fn abandon_induction(request: pb::AbandonInductionRequest) -> Result<AnyCommand, Invalid> {
    let pb::AbandonInductionRequest { header: _, induction_id, because, note } = request;
    Ok(AnyCommand::Recovery(Command::AbandonInduction {
        induction: induction(&induction_id)?,
        because: words::because(because)?,
        note: text("note", &note)?,
    }))
}

pub(super) fn record_substance_use(request: pb::RecordSubstanceUseRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordSubstanceUseRequest { header: _, use_id, substance, account, used_at, source } = request;
    Ok(AnyCommand::Recovery(Command::RecordSubstanceUse {
        report: id("use_id", &use_id, SubstanceUseId::new)?,
        substance: self::substance("substance", &substance)?,
        account: optional_text("account", &account)?,
        used_at: instant("used_at", used_at)?,
        source: words::source(source)?,
    }))
}

pub(super) fn record_relapse(request: pb::RecordRelapseRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordRelapseRequest { header: _, relapse_id, substance, use_ids, screen_ids, account, response } =
        request;
    Ok(AnyCommand::Recovery(Command::RecordRelapse {
        relapse: relapse(&relapse_id)?,
        substance: self::substance("substance", &substance)?,
        uses: list("use_ids", use_ids, MOST, |report| id("", &report, SubstanceUseId::new))?,
        screens: list("screen_ids", screen_ids, MOST, |screen| id("", &screen, DrugScreenId::new))?,
        account: optional_text("account", &account)?,
        response: text("response", &response)?,
    }))
}

pub(super) fn review_relapse(request: pb::ReviewRelapseRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewRelapseRequest { header: _, relapse_id, decision } = request;
    let (relapse, decision) = (relapse(&relapse_id)?, text("decision", &decision)?);
    Ok(AnyCommand::Recovery(Command::ReviewRelapse { relapse, decision }))
}

pub(super) fn record_drug_screen(request: pb::RecordDrugScreenRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordDrugScreenRequest { header: _, screen_id, collected_at, method, lines } = request;
    Ok(AnyCommand::Recovery(Command::RecordDrugScreen {
        screen: id("screen_id", &screen_id, DrugScreenId::new)?,
        collected_at: instant("collected_at", collected_at)?,
        method: words::method(method)?,
        lines: list("lines", lines, MOST, line)?,
    }))
}

fn line(line: pb::ScreenLine) -> Result<ScreenLine, Invalid> {
    let pb::ScreenLine { class, detected } = line;
    Ok(ScreenLine {
        class: name("class", &class, ScreenClassId::parse)?,
        detected: required("detected", detected)?,
    })
}

pub(super) fn report_overdose(request: pb::ReportOverdoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReportOverdoseRequest {
        header: _,
        overdose_id,
        at,
        substances,
        naloxone_given,
        outcome,
        account,
    } = request;
    Ok(AnyCommand::Recovery(Command::ReportOverdose {
        overdose: overdose(&overdose_id)?,
        at: instant("at", at)?,
        substances: list("substances", substances, MOST, |named| substance("", &named))?,
        naloxone_given: required("naloxone_given", naloxone_given)?,
        outcome: words::outcome(outcome)?,
        account: text("account", &account)?,
    }))
}

pub(super) fn review_overdose(request: pb::ReviewOverdoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::ReviewOverdoseRequest { header: _, overdose_id, decision } = request;
    let (overdose, decision) = (overdose(&overdose_id)?, text("decision", &decision)?);
    Ok(AnyCommand::Recovery(Command::ReviewOverdose { overdose, decision }))
}

pub(super) fn offer_naloxone(request: pb::OfferNaloxoneRequest) -> Result<AnyCommand, Invalid> {
    use pb::offer_naloxone_request::Offer;
    let pb::OfferNaloxoneRequest { header: _, offer } = request;
    let offer = match required("offer", offer)? {
        Offer::Provided(pb::NaloxoneHandedOut { kits, trained }) => {
            let fields = || {
                let (kits, trained) = (small("kits", kits)?, required("trained", trained)?);
                Ok(NaloxoneOffer::Provided { kits, trained })
            };
            fields().map_err(|invalid: Invalid| invalid.within("provided"))?
        }
        Offer::DeclinedBecause(reason) => {
            NaloxoneOffer::Declined { reason: text("declined_because", &reason)? }
        }
    };
    Ok(AnyCommand::Recovery(Command::OfferNaloxone(offer)))
}

#[expect(clippy::needless_pass_by_value, reason = "in the form in which every request is decoded")]
pub(super) fn record_naloxone_challenge(
    request: pb::RecordNaloxoneChallengeRequest,
) -> Result<AnyCommand, Invalid> {
    let pb::RecordNaloxoneChallengeRequest { header: _, at, reacted } = request;
    let (at, reacted) = (instant("at", at)?, required("reacted", reacted)?);
    Ok(AnyCommand::Recovery(Command::RecordNaloxoneChallenge { at, reacted }))
}

pub(super) fn record_otp_dose(request: pb::RecordOtpDoseRequest) -> Result<AnyCommand, Invalid> {
    let pb::RecordOtpDoseRequest { header: _, medication_id, program, dose_mg, given_at, take_home } =
        request;
    Ok(AnyCommand::Recovery(Command::RecordOtpDose {
        medication: id("medication_id", &medication_id, OutsideMedicationId::new)?,
        program: text("program", &program)?,
        dose: dose("dose_mg", dose_mg)?,
        given_at: instant("given_at", given_at)?,
        take_home: small("take_home", take_home)?,
    }))
}

pub(super) fn measure_retention(request: pb::MeasureRetentionRequest) -> Result<AnyCommand, Invalid> {
    let pb::MeasureRetentionRequest { header: _, episode, checkpoint } = request;
    let (episode, checkpoint) = (self::episode(episode)?, words::checkpoint(checkpoint)?);
    Ok(AnyCommand::Recovery(Command::MeasureRetention { episode, checkpoint }))
}

fn induction(induction_id: &str) -> Result<InductionId, Invalid> {
    id("induction_id", induction_id, InductionId::new)
}

fn relapse(relapse_id: &str) -> Result<RelapseId, Invalid> {
    id("relapse_id", relapse_id, RelapseId::new)
}

fn overdose(overdose_id: &str) -> Result<OverdoseId, Invalid> {
    id("overdose_id", overdose_id, OverdoseId::new)
}

fn substance(field: &str, named: &str) -> Result<SubstanceId, Invalid> {
    name(field, named, SubstanceId::parse)
}

fn dose(field: &str, mg: f64) -> Result<Milligrams, Invalid> {
    Milligrams::parse(mg).map_err(|_| Invalid::new(field, "must be 0 to 100,000 mg in whole micrograms"))
}
