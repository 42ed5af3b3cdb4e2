//! One valid request of each kind. What a request may lack is made as it goes in: as `Some`.

use concord_proto::concord::common::v1::{Coding, EpisodeRef, FindingKey, Frequency, Regimen, Role, Route};
use concord_proto::concord::{
    access, adherence, assessment, care_team, chart, consent, coordination, episode, feed, follow_up, plan,
    prescription, recovery, ruleset, scales, side_effects,
};
use prost_types::Timestamp;

pub(super) const ID: &str = "00000000-0000-0000-0000-000000000001";

fn id() -> String {
    ID.to_owned()
}

fn words() -> String {
    "sleeps badly".to_owned()
}

fn day() -> String {
    "2026-01-05".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn at() -> Option<Timestamp> {
    Some(Timestamp { seconds: 1_767_600_000, nanos: 0 })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
pub(super) fn stay() -> Option<EpisodeRef> {
    Some(EpisodeRef { program: "iop-adult".to_owned(), episode_id: id() })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn regimen() -> Option<Regimen> {
    Some(Regimen {
        dose_mg: 50.0,
        frequency: Frequency::Daily.into(),
        count: None,
        route: Route::Oral.into(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn finding() -> Option<FindingKey> {
    Some(FindingKey { rule: "ddi.lithium.nsaid".to_owned(), about: vec!["lithium".to_owned()] })
}

fn codings() -> Vec<Coding> {
    vec![Coding { system: "http://snomed.info/sct".to_owned(), code: "84757009".to_owned() }]
}

fn acknowledgements() -> Vec<chart::v1::Acknowledgement> {
    vec![chart::v1::Acknowledgement { finding: finding(), reason: words(), longer_use: None }]
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn denied() -> Option<prescription::v1::Answer> {
    let decision = Some(prescription::v1::answer::Decision::DeniedBecause(words()));
    Some(prescription::v1::Answer { decision })
}

/// A consent that has every element and covers allergies and the like for one clinic.
#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
pub(super) fn consent_terms() -> Option<consent::v1::ConsentTerms> {
    use consent::v1::{expiry, recipient};
    Some(consent::v1::ConsentTerms {
        kind: 1,
        patient_name: "Ada Example".into(),
        discloser: "Riverbend IOP".into(),
        what: "my allergies".into(),
        classes: vec![3],
        recipients: vec![consent::v1::Recipient {
            who: Some(recipient::Who::Organisation("riverside".into())),
        }],
        purposes: vec![1],
        right_to_revoke: "in writing".into(),
        redisclosure_stated: true,
        refusal_stated: true,
        expires: Some(consent::v1::Expiry { when: Some(expiry::When::On("2030-01-05".into())) }),
        signer: 1,
        signer_name: "Ada Example".into(),
        form: 1,
        signed_on: day(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn restriction_terms() -> Option<consent::v1::RestrictionTerms> {
    let organisations = vec!["riverside".to_owned()];
    Some(consent::v1::RestrictionTerms {
        classes: vec![2],
        organisations,
        purposes: vec![1],
        required: false,
        reason: words(),
    })
}

/// What the clinic takes.
#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
pub(super) fn subscription_terms() -> Option<feed::v1::SubscriptionTerms> {
    Some(feed::v1::SubscriptionTerms {
        organisation: "riverside".into(),
        recipient: "Riverside Primary Care, 1 Main Street".into(),
        class: 1,
        purpose: 1,
        classes: vec![3],
        event_types: vec![],
        payload: 2,
        delivery: 1,
    })
}

/// Says which request is valid.
pub(super) trait Sample: crate::asked::Asks + Default + Clone + std::fmt::Debug {
    fn sample() -> Self;
}

macro_rules! samples {
    ($($package:ident { $($request:ident { $($field:ident: $value:expr),* $(,)? })+ })+) => {
        $($(
            impl Sample for $package::v1::$request {
                fn sample() -> Self {
                    Self { header: None, $($field: $value),* }
                }
            }
        )+)+

        /// Calls the macro `$do` with every request.
        macro_rules! every_request {
            ($do:ident) => { $($($do!($package, $request);)+)+ };
        }
        pub(super) use every_request;
    };
}

const PROGRAM: &str = "iop-adult";

samples! {
    access {
        BreakGlassRequest { glass_id: id(), reason: words() }
        ReviewBreakGlassRequest { glass_id: id(), finding: 1, note: words() }
        ProposeSigningRightRequest {
            right_id: id(), prescriber_id: id(), schedules: vec![3], registered_until: day()
        }
        ConfirmSigningRightRequest {
            right_id: id(), factors: vec![prescription::v1::Factor { kind: 1, verified_at: at(), evidence: words() }]
        }
        RevokeSigningRightRequest { right_id: id(), cause: 1, note: words() }
    }
    episode {
        ReferPatientRequest { program: PROGRAM.into(), name: words(), born_on: day(), referred_by: words(), reason: words(), part2: None }
        ScreenCandidateRequest {
            program: PROGRAM.into(),
            criteria: vec![episode::v1::CriterionAnswer { criterion: 1, met: true, evidence: words() }],
            exclusions: vec![1],
        }
        WaitlistPatientRequest { program: PROGRAM.into(), reason: words() }
        AdmitPatientRequest { program: PROGRAM.into(), episode_id: id() }
        ChangePhaseRequest { program: PROGRAM.into(), to: 1, reason: words() }
        PauseEpisodeRequest { program: PROGRAM.into(), because: 1 }
        ResumeEpisodeRequest { program: PROGRAM.into() }
        DischargePatientRequest { program: PROGRAM.into(), disposition: 1, medication_plan: String::new() }
        DecideBridgingRequest {
            episode: stay(),
            lines: vec![episode::v1::BridgingLine { order_id: id(), decision: 1 }],
            note: words(),
        }
    }
    assessment {
        StartAssessmentRequest { episode: stay() }
        RecordSectionRequest { episode: stay(), section: 1, finding: words() }
        CompleteAssessmentRequest { episode: stay() }
        DecideIndicationRequest { episode: stay(), indicated: Some(true), diagnoses: vec!["adhd".into()], reasons: vec![words()] }
        ReopenAssessmentRequest { episode: stay(), reason: words() }
    }
    chart {
        RecordCharacteristicsRequest { born_on: day(), sex: 1, may_become_pregnant: None }
        ConfirmNoKnownAllergiesRequest {}
        RecordAllergyRequest { substance: words(), codings: codings(), reaction: String::new(), severity: 1, kind: 1 }
        RefuteAllergyRequest { substance: words(), reason: words() }
        RecordConditionRequest { name: words(), codings: codings(), condition: String::new(), onset_on: String::new() }
        ResolveConditionRequest { name: words() }
        RecordResultRequest { lab: "qtc".into(), value: Some(430.0), unit: "ms".into(), taken_at: at(), last_dose_at: at() }
        ReviewResultRequest { lab: "qtc".into(), taken_at: at(), action: words() }
        WaiveTestRequest { order_id: id(), test: "mon.lithium.thyroid".into(), until: day(), reason: words() }
        RecordPdmpCheckRequest { state: "OH".into(), checked_at: at(), result: 1, note: String::new() }
        RecordOutsideMedicationRequest {
            medication_id: id(),
            reported: Some(chart::v1::Reported { name: words(), source: 1, ..Default::default() }),
        }
        EndOutsideMedicationRequest { medication_id: id(), last_dose_at: None, reason: words() }
        RecordLastDoseRequest {
            medication: Some(chart::v1::MedicationRef { medication: Some(chart::v1::medication_ref::Medication::OrderId(id())) }),
            at: at(),
        }
        RecordNeverTakenRequest {
            medication: Some(chart::v1::MedicationRef { medication: Some(chart::v1::medication_ref::Medication::OrderId(id())) }),
            reason: words(),
        }
        ReconcileMedicationsRequest {
            entries: vec![chart::v1::ReconciledEntry { medication_id: id(), action: 1 }],
            note: String::new(),
        }
        CheckSafetyRequest {
            proposal: Some(chart::v1::Proposal { drug: "sertraline-tab".into(), regimen: regimen(), replaces_id: String::new(), indication: String::new() }),
        }
        AcknowledgeBoxedWarningRequest { drug: "lamotrigine-tab".into() }
        OverrideInteractionRequest { finding: finding(), reason: 1, note: words() }
        CosignOverrideRequest { finding: finding() }
        ResolveInteractionRequest { finding: finding(), resolution: words() }
        PrescribeMedicationRequest {
            order_id: id(),
            episode: stay(),
            drug: "sertraline-tab".into(),
            regimen: regimen(),
            indication: "adhd".into(),
            reason: words(),
            supply: Some(chart::v1::Supply { days: 30, refills: 1 }),
            start_on: day(),
            modality: 1,
            legal_basis: 0,
            acknowledgements: acknowledgements(),
        }
        AdjustDoseRequest {
            order_id: id(),
            regimen: regimen(),
            cause: Some(chart::v1::Cause { basis: Some(chart::v1::cause::Basis::Plain(1)) }),
            rests_on: None,
            note: words(),
            acknowledgements: acknowledgements(),
        }
        HoldMedicationRequest { order_id: id(), reason: words() }
        ResumeMedicationRequest { order_id: id(), acknowledgements: acknowledgements() }
        PlanTaperRequest {
            order_id: id(),
            steps: vec![chart::v1::TaperStep { begins_on: day(), regimen: regimen() }],
            reason: words(),
        }
        PlanTitrationRequest {
            order_id: id(),
            steps: vec![chart::v1::TitrationStep { begins_on: day(), regimen: regimen() }],
            reason: words(),
            acknowledgements: acknowledgements(),
        }
        AdvanceTitrationRequest {
            order_id: id(),
            rests_on: Some(chart::v1::TitrationBasis { basis: Some(chart::v1::titration_basis::Basis::WellTolerated(true)) }),
            note: words(),
            acknowledgements: acknowledgements(),
        }
        CancelTitrationRequest { order_id: id(), reason: words() }
        SwitchMedicationRequest {
            from_order_id: id(),
            to: Some(chart::v1::SwitchTarget {
                order_id: id(),
                episode: stay(),
                drug: "sertraline-tab".into(),
                regimen: regimen(),
                indication: "adhd".into(),
                reason: words(),
                supply: Some(chart::v1::Supply { days: 30, refills: 1 }),
                start_on: day(),
                modality: 1,
                legal_basis: 0,
                acknowledgements: acknowledgements(),
            }),
            overlap_until: day(),
            taper: vec![chart::v1::TaperStep { begins_on: day(), regimen: regimen() }],
            reason: words(),
        }
        StopMedicationRequest { order_id: id(), reason: 1, last_dose_at: None, abrupt_because: String::new() }
        RenewMedicationRequest {
            order_id: id(),
            supply: Some(chart::v1::Supply { days: 30, refills: 0 }),
            modality: 1,
            legal_basis: 1,
            acknowledgements: acknowledgements(),
        }
        CorrectOrderRequest {
            order_id: id(),
            correction: Some(chart::v1::Correction { part: Some(chart::v1::correction::Part::StartOn(day())) }),
            reason: words(),
        }
        GiveInjectionRequest {
            order_id: id(),
            dose_mg: 400.0,
            site: Some(chart::v1::InjectionSite { region: 1, side: 1 }),
            lot: "KX-4711".into(),
            observer_id: id(),
            acknowledgements: acknowledgements(),
        }
        RecordInjectionGivenRequest {
            order_id: id(),
            dose_mg: 400.0,
            given_at: at(),
            place: Some(chart::v1::record_injection_given_request::Place::Here(chart::v1::InjectedHere {
                site: Some(chart::v1::InjectionSite { region: 2, side: 2 }),
                lot: "KX-4711".into(),
                observer_id: String::new(),
            })),
        }
        DecideLateInjectionRequest { order_id: id(), decision: 1, reason: words() }
        AttestTolerabilityRequest { order_id: id(), basis: 1, note: words() }
        RecordInjectionOverdueRequest { order_id: id() }
        ReviewInjectionRequest { order_id: id(), given_at: at(), outcome: words() }
        AssessResponseRequest { order_id: id(), decision: 4, wait_until: day(), reason: words() }
    }
    side_effects {
        ReportSideEffectRequest {
            report_id: id(),
            symptom: "nausea".into(),
            description: words(),
            grade: 1,
            red_flags: vec!["rash-with-fever".into()],
            suspected_order_id: id(),
            onset_at: at(),
        }
        TriageSideEffectRequest { report_id: id(), grade: 2, note: words() }
        DecideSideEffectRequest { report_id: id(), decision: 2, order_id: id(), rationale: words() }
        ResolveSideEffectRequest { report_id: id(), outcome: 1 }
        RecordBreachRequest { report_id: id() }
    }
    scales {
        AdministerScaleRequest {
            scale_id: id(),
            scale: 1,
            items: vec![scales::v1::ScaleItem { answer: Some(1) }; 9],
            stated_total: Some(9),
            mode: 1,
            language: "en-US".into(),
            taken_at: at(),
            substance: String::new(),
        }
        ResolveRiskRequest { scale_id: id(), resolution: words() }
    }
    follow_up {
        ScheduleVisitRequest { episode: stay(), visit_id: id(), kind: 1, at: at(), modality: 1, with_person_id: id() }
        RecordVisitRequest { episode: stay(), visit_id: id(), modality: 1, adherence_percent: Some(90), summary: words() }
        MarkNoShowRequest { episode: stay(), visit_id: id() }
        ChangeCadenceRequest { episode: stay(), to: 1, reason: words() }
    }
    care_team {
        AddMemberRequest { person_id: id(), role: Role::Nurse.into(), name: words(), organisation: String::new() }
        RemoveMemberRequest { person_id: id(), reason: words() }
    }
    plan {
        DraftPlanRequest { episode: stay(), summary: words() }
        RevisePlanRequest { episode: stay(), summary: words(), reason: words() }
        AgreePlanRequest { episode: stay(), version: 1 }
        AddGoalRequest { episode: stay(), goal_id: id(), statement: words(), target_on: day() }
        MeetGoalRequest { episode: stay(), goal_id: id(), evidence: words() }
        DropGoalRequest { episode: stay(), goal_id: id(), reason: words() }
        LinkGoalToMedicationRequest { episode: stay(), goal_id: id(), order_id: id(), how: words() }
        RecordSharedDecisionRequest {
            episode: stay(),
            drug: "sertraline-tab".into(),
            options: vec![words()],
            preference: words(),
            consent: 1,
        }
        RaiseConcernRequest { episode: stay(), concern_id: id(), topic: 1, drug: "sertraline-tab".into(), words: words() }
        AnswerConcernRequest { episode: stay(), concern_id: id(), answer: words() }
        RecordEducationRequest { episode: stay(), topics: vec![1, 2], drug: String::new(), method: 1, teach_back: 1 }
        RecordTherapyParticipationRequest {
            episode: stay(),
            session_id: id(),
            kind: 1,
            held_at: at(),
            attended: Some(true),
            engagement: Some(3),
        }
        RecordLifeChangeRequest { episode: stay(), change_id: id(), event: 1, note: words() }
        ReviewMedicationRequest { episode: stay(), considered_ids: vec![id()], outcome: 1, reason: words() }
        PlanSupportRequest { episode: stay(), support_id: id(), goal_id: id(), kind: 1, what: words(), due_on: day() }
        FinishSupportRequest { episode: stay(), support_id: id(), outcome: words() }
    }
    coordination {
        RecordSharingConsentRequest { recipient_id: id(), parts: vec![1, 2], signed_on: day(), expires_on: day() }
        RevokeSharingConsentRequest { recipient_id: id() }
        SharePlanRequest { episode: stay(), recipient_id: id(), parts: vec![1] }
        RecordOutsideUpdateRequest { update_id: id(), kind: 1, from: words(), summary: words() }
        ReviewOutsideUpdateRequest { update_id: id(), outcome: words() }
        RequestConsultRequest { consult_id: id(), of_person_id: id(), urgency: 1, question: words() }
        AnswerConsultRequest { consult_id: id(), answer: words() }
        RaiseConflictRequest { conflict_id: id(), finding: finding(), description: words() }
        ResolveConflictRequest { conflict_id: id(), resolution: 2, responsible_id: id(), what: words() }
        AcknowledgeChangesRequest { up_to: at() }
    }
    adherence {
        ScheduleReminderRequest { episode: stay(), reminder_id: id(), to_person_id: id(), wording: 1, channel: 1, first_at: at(), every_days: Some(1) }
        CancelReminderRequest { episode: stay(), reminder_id: id() }
        RecordReminderSentRequest { episode: stay(), reminder_id: id() }
        RecordCheckInRequest { episode: stay(), check_in_id: id(), doing: 1, wants_call: true, note: words() }
        FollowUpCheckInRequest { episode: stay(), check_in_id: id(), outcome: words() }
        RecordDoseTakenRequest { episode: stay(), order_id: id(), at: at(), observed: true }
        RecordDoseMissedRequest { episode: stay(), order_id: id(), due_at: at(), reason: 1 }
        DecideMissedDosesRequest { episode: stay(), order_id: id(), decision: 1, reason: words() }
        MeasureAdherenceRequest { episode: stay(), days: 28 }
        RaiseBarrierRequest { episode: stay(), barrier_id: id(), kind: 1, words: words() }
        RemoveBarrierRequest { episode: stay(), barrier_id: id(), how: words() }
        PermitFamilyRequest { episode: stay(), person_id: id(), shares: vec![1, 2], until: day() }
        WithdrawFamilyRequest { episode: stay(), person_id: id() }
        EngageFamilyRequest { episode: stay(), person_id: id(), about: 1, note: words() }
        RecordOutreachRequest { episode: stay(), outcome: 1, note: words() }
    }
    recovery {
        StartInductionRequest {
            induction_id: id(),
            episode: stay(),
            setting: 1,
            exposure: 1,
            last_use_at: at(),
            instructions: words(),
        }
        ClearFirstDoseRequest { induction_id: id() }
        RecordObservedDoseRequest { order_id: id(), dose_mg: 4.0, given_at: at() }
        CompleteInductionRequest { induction_id: id(), daily_mg: 16.0 }
        AbandonInductionRequest { induction_id: id(), because: 1, note: words() }
        RecordSubstanceUseRequest {
            use_id: id(),
            substance: "heroin".into(),
            account: words(),
            used_at: at(),
            source: 1,
        }
        RecordRelapseRequest {
            relapse_id: id(),
            substance: "heroin".into(),
            use_ids: vec![id()],
            screen_ids: vec![id()],
            account: words(),
            response: words(),
        }
        ReviewRelapseRequest { relapse_id: id(), decision: words() }
        RecordDrugScreenRequest {
            screen_id: id(),
            collected_at: at(),
            method: 1,
            lines: vec![recovery::v1::ScreenLine { class: "fentanyl".into(), detected: Some(false) }],
        }
        ReportOverdoseRequest {
            overdose_id: id(),
            at: at(),
            substances: vec!["fentanyl".into()],
            naloxone_given: Some(true),
            outcome: 1,
            account: words(),
        }
        ReviewOverdoseRequest { overdose_id: id(), decision: words() }
        OfferNaloxoneRequest {
            offer: Some(recovery::v1::offer_naloxone_request::Offer::Provided(recovery::v1::NaloxoneHandedOut {
                kits: 2,
                trained: Some(true),
            })),
        }
        RecordNaloxoneChallengeRequest { at: at(), reacted: Some(false) }
        RecordOtpDoseRequest { medication_id: id(), program: words(), dose_mg: 80.0, given_at: at(), take_home: 6 }
        MeasureRetentionRequest { episode: stay(), checkpoint: 1 }
    }
    prescription {
        DraftPrescriptionRequest {
            prescription_id: id(),
            order_id: id(),
            product: words(),
            quantity: 30,
            supply: Some(chart::v1::Supply { days: 30, refills: 1 }),
            pharmacy: "1234567".into(),
            state: "OH".into(),
            earliest_fill_on: day(),
            follows_id: id(),
            note: words(),
        }
        MarkPrescriptionReadyRequest { prescription_id: id() }
        SignPrescriptionRequest {
            prescription_id: id(),
            factors: vec![prescription::v1::Factor { kind: 1, verified_at: at(), evidence: words() }],
            visit: Some(prescription::v1::VisitRef { episode_id: id(), visit_id: id() }),
        }
        RecordTransmissionRequest { prescription_id: id() }
        RecordPharmacyStatusRequest { prescription_id: id(), message_id: id(), status: 1 }
        PrintPrescriptionRequest { prescription_id: id() }
        CancelPrescriptionRequest { prescription_id: id(), reason: words() }
        RecordCancelAnswerRequest { prescription_id: id(), answer: 1 }
        RecordFillRequest { prescription_id: id(), fill_id: id(), status: 1, quantity: 30, on: day() }
        ProposeChangeRequest { prescription_id: id(), request_id: id(), kind: 1, proposal: words() }
        AnswerChangeRequest { prescription_id: id(), request_id: id(), answer: denied() }
        RequestRenewalRequest { prescription_id: id(), request_id: id(), note: String::new() }
        AnswerRenewalRequest { prescription_id: id(), request_id: id(), answer: denied() }
        ExpirePrescriptionRequest { prescription_id: id() }
    }
    consent {
        GiveConsentRequest { consent_id: id(), terms: consent_terms() }
        RevokeConsentRequest { consent_id: id(), how: words() }
        RestrictDisclosureRequest { restriction_id: id(), terms: restriction_terms() }
        EndRestrictionRequest { restriction_id: id(), reason: words() }
    }
    feed {
        OpenSubscriptionRequest { subscription_id: id(), terms: subscription_terms() }
        CloseSubscriptionRequest { subscription_id: id(), reason: words() }
        ReviewContributionRequest { contribution_id: id(), outcome: 1, note: words() }
    }
    ruleset {
        ProposeRulesetRequest {
            tables: vec![ruleset::v1::Table { name: "limits.csv".into(), csv: "id,value\n".into() }],
            valid_from: day(),
            reason: words(),
        }
        SignRulesetRequest { ruleset: "2027-01-04.0123456789ab".into(), name: words() }
        RejectRulesetRequest { ruleset: "2027-01-04.0123456789ab".into(), reason: words() }
    }
}
