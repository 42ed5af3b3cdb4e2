//! One partner taking one subscription.

use std::collections::{BTreeMap, HashSet};

use concord_kernel::{ConsentId, DataClasses, Day, Instant, PatientId, SubscriptionId};
use concord_ledger::{Filter, Page, ReadError};
use concord_looks::{Basis, Disclosure, Recipient};
use uuid::Uuid;

use crate::feed::{Feed, Order};
use crate::gate::{Allowed, Gate, What, filter};
use crate::limits::{SEARCHED, SEARCHED_IN_VAIN};
use crate::past::Past;
use crate::{Carried, ConsentRef, Decision, Ended, FeedError, Message, Offered, PartnerKey, Taker, Told};
use concord_domain::consent::RecipientClass;
use concord_domain::feed::{PayloadChoice, ToldEnd};

/// Where a partner begins to take a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// After what was acknowledged last.
    Acknowledged,
    /// After this sequence number.
    After(u64),
    /// At the beginning of the record.
    Beginning,
    /// After this sequence number, which is the last one in the partner's stream.
    Published(u64),
    /// With the first message that was decided then or later, or else after the last of all: what the partner's stream would
    /// still hold, and does not.
    DecidedSince(Instant),
}

/// A subscription that somebody takes.
pub struct Session {
    feed: Feed,
    subscription: SubscriptionId,
    offered: Offered,
    taker: Taker,
    key: PartnerKey,
    filter: Filter,
    /// The version of the subscription's stream in the ledger of access.
    version: u64,
    /// Of whom something was told.
    told: HashSet<PatientId>,
    /// The clinical ledger was searched up to here.
    cursor: u64,
    /// The cursor that is on record.
    recorded: u64,
    /// The last sequence number that was sent.
    last: u64,
    /// The day on which it was last looked for consents that a day has ended; absent before the first step.
    swept: Option<Day>,
}

impl Session {
    pub(crate) async fn begin(
        feed: Feed,
        subscription: SubscriptionId,
        offered: Offered,
        begin: Begin,
    ) -> Result<Self, FeedError> {
        let past = Past::read(feed.disclosures(), subscription, 0).await?;
        let (last, cursor) = match begin {
            Begin::Beginning => (0, 0),
            Begin::Acknowledged => past.acknowledged,
            Begin::After(sequence) => {
                (sequence, past.position_of(sequence, feed.disclosures(), subscription).await?)
            }
            Begin::Published(sequence) => {
                (sequence, past.place_of(sequence, feed.disclosures(), subscription).await?)
            }
            Begin::DecidedSince(time) => past.before(time, feed.disclosures(), subscription).await?,
        };
        let begins = Decision::Begins { sequence: last, through: cursor };
        // Whoever took it before is overtaken by this record.
        let version = feed.disclosures().record(subscription, Some(past.version), begins).await?;
        let terms = &offered.terms;
        let taker =
            Taker { organisation: terms.organisation.clone(), class: terms.class, purpose: terms.purpose };
        let (key, filter) = (feed.key(&terms.organisation), filter(terms));
        let told = past.told_before(last);
        Ok(Self {
            feed,
            subscription,
            offered,
            taker,
            key,
            filter,
            version,
            told,
            cursor,
            recorded: cursor,
            last,
            swept: None,
        })
    }

    /// The last sequence number that was sent.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// Of whom something was told and nothing may be now, as the partner calls them.
    ///
    /// # Errors
    ///
    /// See [`FeedError`].
    pub async fn ended(&self) -> Result<Vec<Uuid>, FeedError> {
        self.feed.level().await?;
        let now = self.feed.now();
        let known = self.feed.known()?;
        let ended = self.told.iter().filter(|patient| !known.consents.covers(**patient, &self.taker, now));
        Ok(ended.map(|patient| self.key.subject(*patient)).collect())
    }

    /// Searches on for what may be told, at most one piece of the log; `None` when the log ends here for now. The
    /// messages are decided and on record: send them in their order.
    ///
    /// # Errors
    ///
    /// See [`FeedError`]; nothing of the step may be sent then, and the session is over.
    pub async fn step(&mut self) -> Result<Option<Vec<Message>>, FeedError> {
        let head = self.feed.head().await?;
        // A day ends consents, and the log does not move for it.
        if self.cursor >= head && self.swept == Some(self.feed.now().day()) {
            return Ok(None);
        }
        let page = self.page(head).await?;
        // The end of the ledger is asked for again: what is decided now is decided by every consent that is on record now.
        let fresh =
            if self.feed.order() == Order::MutationStaleConsents { 0 } else { self.feed.head().await? };
        self.feed.reach(fresh).await?;
        let now = self.feed.now();
        let mut told = self.told.clone();
        let (decided_at, messages, decision) = {
            let known = self.feed.known()?;
            let open = known.subscriptions.get(&self.subscription).is_some_and(|offered| !offered.closed);
            if !open {
                return Err(FeedError::Closed);
            }
            let gate =
                Gate { consents: &known.consents, terms: &self.offered.terms, taker: &self.taker, now };
            let due = self.swept != Some(now.day());
            let mut allowed: Vec<Allowed<'_>> =
                if due { gate.expired(self.cursor, &mut told) } else { Vec::new() };
            allowed.extend(gate.decide(&page.entries, &mut told));
            (known.at, self.messages(&allowed), self.decision(&allowed, known.at, page.through, now))
        };
        debug_assert!(decided_at >= fresh, "what is decided rests on everything up to the head");
        let in_vain = messages.is_empty() && page.through - self.recorded < SEARCHED_IN_VAIN;
        if !in_vain && self.feed.order() != Order::MutationSendBeforeRecord {
            self.record(decision).await?;
            self.recorded = page.through;
        }
        self.told = told;
        self.swept = Some(now.day());
        self.cursor = page.through;
        self.last += messages.len() as u64;
        Ok(Some(messages))
    }

    /// The next piece of the log, which is empty where it ends.
    async fn page(&self, head: u64) -> Result<Page, FeedError> {
        if self.cursor >= head {
            return Ok(Page { entries: Vec::new(), through: self.cursor });
        }
        let most = usize::try_from(head - self.cursor).unwrap_or(SEARCHED).min(SEARCHED);
        let page = self.feed.ledger().read(self.cursor, &self.filter, most).await?;
        if page.through <= self.cursor {
            return Err(ReadError::Corrupt("the ledger ended before its head").into());
        }
        Ok(page)
    }

    /// Insists that nobody else has begun to take the subscription, and takes note of what was acknowledged.
    ///
    /// # Errors
    ///
    /// [`FeedError::Overtaken`]; the session is over then.
    pub async fn hold(&mut self) -> Result<(), FeedError> {
        let since = Past::read(self.feed.disclosures(), self.subscription, self.version).await?;
        if since.taken {
            return Err(FeedError::Overtaken);
        }
        self.version = since.version;
        Ok(())
    }

    /// Records a decision, also when acknowledgements were recorded since; not when somebody else began.
    async fn record(&mut self, decision: Decision) -> Result<(), FeedError> {
        use crate::RecordError::{Overtaken, Unavailable};
        loop {
            let disclosures = self.feed.disclosures();
            match disclosures.record(self.subscription, Some(self.version), decision.clone()).await {
                Ok(version) => {
                    self.version = version;
                    return Ok(());
                }
                Err(Unavailable) => return Err(FeedError::Unrecorded),
                Err(Overtaken) => self.hold().await?,
            }
        }
    }

    fn messages(&self, allowed: &[Allowed<'_>]) -> Vec<Message> {
        let told = allowed.iter().map(|allowed| self.tell(allowed));
        told.zip(self.last + 1..).map(|(told, sequence)| Message { sequence, told }).collect()
    }

    fn tell(&self, allowed: &Allowed<'_>) -> Told {
        let Allowed { patient, what, .. } = allowed;
        let subject = self.key.subject(*patient);
        match what {
            What::Event { entry, grant, classes, part2 } => Told::Event(Box::new(Carried {
                id: self.key.event(entry.stream, entry.version),
                subject,
                kind: entry.stream.kind,
                event_type: entry.event_type.clone(),
                event_version: entry.event_version,
                recorded_at: whole_second(entry.recorded_at),
                classes: *classes,
                part2: *part2,
                data: match self.offered.terms.payload {
                    PayloadChoice::IdOnly => None,
                    PayloadChoice::Full => Some(entry.payload.clone()),
                },
                consent: ConsentRef {
                    reference: self.key.consent(grant.consent),
                    version: grant.version,
                    terms: grant.terms.clone(),
                },
            })),
            What::ConsentEnded(consent) => Told::ConsentEnded(Ended {
                subject,
                reference: consent.map(|consent| self.key.consent(consent)),
            }),
        }
    }

    fn decision(&self, allowed: &[Allowed<'_>], decided_at: u64, through: u64, at: Instant) -> Decision {
        let positions = allowed.iter().map(|allowed| allowed.position).collect();
        let disclosures = self.disclosures(allowed, decided_at, at);
        let numbered = allowed.iter().zip(self.last + 1..);
        let ended = numbered.filter_map(|(allowed, sequence)| match allowed.what {
            What::Event { .. } => None,
            What::ConsentEnded(_) => Some(ToldEnd { sequence, patient: allowed.patient }),
        });
        let ended = ended.collect();
        Decision::Messages { decided_at, at, first: self.last + 1, through, positions, disclosures, ended }
    }

    /// What is disclosed by one step, a line for each patient and consent.
    fn disclosures(&self, allowed: &[Allowed<'_>], decided_at: u64, at: Instant) -> Vec<Disclosure> {
        let mut lines: BTreeMap<(PatientId, ConsentId, u32), (DataClasses, Vec<u64>)> = BTreeMap::new();
        for Allowed { position, patient, what } in allowed {
            // That a consent has ended discloses nothing of the record.
            let What::Event { grant, classes, .. } = what else { continue };
            let (told, positions) = lines.entry((*patient, grant.consent, grant.version)).or_default();
            *told = told.and(*classes);
            positions.push(*position);
        }
        let terms = &self.offered.terms;
        let organisation = || Box::from(terms.organisation.as_str());
        let passes_on = terms.class == RecipientClass::Intermediary;
        let line =
            |((patient, consent, version), (classes, positions)): ((_, ConsentId, u32), (DataClasses, _))| {
                Disclosure {
                    at,
                    patient,
                    recipient: Recipient {
                        organisation: organisation(),
                        name: Some(Box::from(terms.recipient.expose())),
                        person: None,
                        intermediary: passes_on.then(organisation),
                    },
                    purpose: terms.purpose,
                    basis: Basis::Consent {
                        consent: consent.uuid(),
                        version: u64::from(version),
                        decided_at,
                    },
                    classes: classes.iter().map(|class| Box::from(class.as_str())).collect(),
                    positions,
                    subscription: Some(self.subscription.uuid()),
                }
            };
        lines.into_iter().map(line).collect()
    }
}

/// What is finer tells how many others were recorded at the same time: later positions have later times.
fn whole_second(at: Instant) -> Instant {
    const MICROS: i64 = 1_000_000;
    Instant::from_micros(at.micros().div_euclid(MICROS) * MICROS).unwrap_or(at)
}
