//! Consents to messages.

use concord_domain::consent::{
    Expiry, Form, Kind, Participants, Recipient, RecipientClass, Restriction, Signer, Terms,
};
use concord_kernel::{DataClass, DataClasses, Purpose};
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::consent::v1 as pb;

pub(super) fn terms(terms: &Terms) -> pb::ConsentTerms {
    pb::ConsentTerms {
        kind: match terms.kind {
            Kind::Named => pb::ConsentKind::Named,
            Kind::TreatmentPaymentOperations => pb::ConsentKind::TreatmentPaymentOperations,
            Kind::CounsellingNotes => pb::ConsentKind::CounsellingNotes,
        }
        .into(),
        patient_name: terms.patient_name.expose().to_owned(),
        discloser: terms.discloser.expose().to_owned(),
        what: terms.what.expose().to_owned(),
        classes: class_of(terms.classes),
        recipients: terms.recipients.iter().map(recipient).collect(),
        purposes: terms.purposes.iter().map(|named| purpose(*named).into()).collect(),
        right_to_revoke: terms.statements.right_to_revoke.expose().to_owned(),
        redisclosure_stated: terms.statements.redisclosure,
        refusal_stated: terms.statements.refusal,
        expires: Some(pb::Expiry { when: Some(expiry(terms.expires)) }),
        signer: match terms.signature.by {
            Signer::Patient => pb::Signer::Patient,
            Signer::Representative => pb::Signer::Representative,
        }
        .into(),
        signer_name: terms.signature.name.expose().to_owned(),
        form: match terms.signature.form {
            Form::Paper => pb::SignatureForm::Paper,
            Form::Electronic => pb::SignatureForm::Electronic,
        }
        .into(),
        signed_on: terms.signature.on.to_string(),
    }
}

fn recipient(recipient: &Recipient) -> pb::Recipient {
    use pb::recipient::Who;
    let who = match recipient {
        Recipient::Organisation(organisation) => Who::Organisation(organisation.to_string()),
        Recipient::Class(class) => Who::Class(recipient_class(*class).into()),
        Recipient::Intermediary { intermediary, participants } => {
            let (named, treating) = match participants {
                Participants::Named(named) => (named.iter().map(ToString::to_string).collect(), false),
                Participants::Treating => (Vec::new(), true),
            };
            let organisation = intermediary.to_string();
            Who::Intermediary(pb::Intermediary { organisation, participants: named, treating })
        }
    };
    pb::Recipient { who: Some(who) }
}

fn expiry(expires: Expiry) -> pb::expiry::When {
    use pb::expiry::When;
    match expires {
        Expiry::On(day) => When::On(day.to_string()),
        Expiry::EndOfTreatment => When::EndOfTreatment(pb::EndOfTreatment {}),
        Expiry::None => When::None(pb::NoExpiry {}),
    }
}

pub(super) fn restriction(terms: &Restriction) -> pb::RestrictionTerms {
    pb::RestrictionTerms {
        classes: class_of(terms.classes),
        organisations: terms.recipients.iter().map(ToString::to_string).collect(),
        purposes: terms.purposes.iter().map(|named| purpose(*named).into()).collect(),
        required: terms.required,
        reason: terms.reason.expose().to_owned(),
    }
}

/// What an organisation is to patients.
pub(crate) const fn recipient_class(class: RecipientClass) -> pb::RecipientClass {
    match class {
        RecipientClass::TreatingProvider => pb::RecipientClass::TreatingProvider,
        RecipientClass::Payer => pb::RecipientClass::Payer,
        RecipientClass::Operations => pb::RecipientClass::Operations,
        RecipientClass::Intermediary => pb::RecipientClass::Intermediary,
    }
}

/// A set of data classes as a list.
pub(crate) fn class_of(classes: DataClasses) -> Vec<i32> {
    let each = |class| match class {
        DataClass::General => pb::DataClass::General,
        DataClass::Medication => pb::DataClass::Medication,
        DataClass::Clinical => pb::DataClass::Clinical,
        DataClass::MentalHealth => pb::DataClass::MentalHealth,
        DataClass::SubstanceUse => pb::DataClass::SubstanceUse,
        DataClass::CounsellingNotes => pb::DataClass::CounsellingNotes,
        DataClass::Administration => pb::DataClass::Administration,
    };
    classes.iter().map(|class| each(class).into()).collect()
}

/// What something is used for.
pub(crate) const fn purpose(purpose: Purpose) -> common::Purpose {
    match purpose {
        Purpose::Treatment => common::Purpose::Treatment,
        Purpose::Payment => common::Purpose::Payment,
        Purpose::Operations => common::Purpose::Operations,
        Purpose::Emergency => common::Purpose::Emergency,
        Purpose::PatientRequest => common::Purpose::PatientRequest,
        Purpose::Audit => common::Purpose::Audit,
    }
}
