//! What could not be mapped, or was mapped with a doubt.

use concord_kernel::Text;

/// Something about one element that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// JSON path of the element, such as `Bundle.entry[12].resource.medicationCodeableConcept`.
    pub path: String,
    /// What is the matter.
    pub problem: Problem,
    /// What the resource is about, for people who may see it: the name of the medication, condition or substance.
    pub about: Option<Text>,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident($kept:literal) = $text:literal),+ $(,)?) => {
        /// What is the matter with an element. The text tells nothing of the patient.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
        pub enum Problem {
            $($(#[$doc])* #[error($text)] $name,)+
        }

        impl Problem {
            /// Whether the resource is on the chart all the same; otherwise it was left out.
            pub const fn is_admitted(self) -> bool {
                match self { $(Self::$name => $kept,)+ }
            }
        }
    };
}

problems! {
    /// Not an object where the standard wants one.
    NotAnObject(false) = "is not a JSON object",
    /// No type.
    NoResourceType(false) = "has no resourceType",
    /// An entry that brings nothing.
    NoResource(false) = "holds no resource",
    /// The same resource again.
    Duplicate(false) = "repeats a resource of this bundle; the first one counts",
    /// A modifier that changes the meaning in a way that is not known.
    UnknownModifier(false) = "changes the meaning of the resource in a way that is not known, so it was left out",
    /// Too many of one kind.
    LimitReached(false) = "is beyond the number that is read of one kind",
    /// A search or an operation reported a problem.
    SourceReportedProblem(false) = "the source reports a problem with the record itself",
    /// A required element is not there.
    Missing(false) = "is missing or not of the form that the standard gives it",
    /// A code outside the standard's value set.
    UnknownCode(false) = "is not one of the standard's codes",
    /// A reference to something that is not here.
    Unresolved(false) = "refers to something that is not in the bundle",
    /// Somebody else's.
    OtherPatient(false) = "is about somebody else than the bundle's patient",
    /// Nobody's.
    NoSubject(true) = "names no patient; taken as the bundle's only one",
    /// No name and no code.
    Nameless(false) = "has neither text nor display nor code",
    /// Unusable words.
    UnusableText(false) = "is blank, longer than 2,000 characters, or has control characters",
    /// A text was unusable, something else stands in for it.
    UnusableDetail(true) = "is not usable and was left out; the rest is listed",
    /// No day.
    NotADate(true) = "is not a date",
    /// Year or month only.
    ImpreciseDate(true) = "names no day, so no day is listed",
    /// Year or month of birth only.
    ImpreciseBirthDate(true) = "names no day; its first day is taken as the birth date",
    /// The record says that the patient has died.
    Deceased(true) = "says that the patient has died",
    /// An allergy or condition that nobody confirmed.
    Unconfirmed(true) = "is not confirmed; listed as present",
    /// One of several explanations.
    Differential(false) = "is one of several possible explanations, not a finding",
    /// Active and over at once.
    Contradiction(true) = "contradicts the status; listed as present",
    /// None known, yet some listed.
    ContradictoryAllergies(false) = "says that no allergies are known, yet the bundle lists some; those count",
    /// No known allergies of one category only.
    PartlyNoAllergies(false) = "rules out one kind of allergy only; that is not the same as none known",
    /// On hold.
    OnHold(true) = "is on hold; listed as taken until somebody asks",
    /// No status.
    StatusUnknown(true) = "does not say whether it is taken; listed as taken until somebody asks",
    /// A plan.
    PlannedOnly(true) = "is planned, not ordered; listed as taken until somebody asks",
    /// Not ordered yet.
    NotOrdered(false) = "is a draft, a proposal or one of several options, not a medication that is taken",
    /// A prohibition.
    Prohibition(false) = "says that a medication must not be given",
    /// Ended, at an unknown time.
    EndUnknown(true) = "has ended, and nobody says when; listed as ended at an unknown time",
    /// Active although its period ended.
    PeriodOver(true) = "is active although its period has ended; listed as taken until somebody asks",
    /// Directions that are not structured.
    DirectionsInWords(true) = "gives the dose in words that are not understood; no dose is listed",
    /// Dose without unit, strength, frequency or route.
    UnusableDosage(true) = "does not give amount, frequency and route in full; no dose is listed",
    /// More than one dosage.
    SeveralDosages(true) = "holds more than one dosage; no dose is listed",
    /// A unit of something else.
    WrongUnit(false) = "is in a unit that does not fit what was measured",
    /// No unit.
    NoUnit(false) = "has no unit",
    /// Below or above.
    Comparator(false) = "is a bound, not a value",
    /// A value of a kind that cannot be charted.
    UnusableValue(false) = "is not a number that can be charted",
    /// Outside of what can be true.
    Implausible(false) = "is outside of what can be true",
    /// No value, with a reason.
    NoValue(false) = "has no value",
    /// Not final.
    Preliminary(false) = "is not final",
    /// After the day of admission.
    InTheFuture(false) = "lies in the future",
    /// Nobody says when.
    Undated(false) = "does not say when",
    /// Only when it was issued.
    IssuedOnly(true) = "does not say when it was taken; the time of issue stands in",
}
