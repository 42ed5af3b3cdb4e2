//! Waits until a view knows enough, and reads pages.

use std::sync::Arc;

use concord_access::{Policies, Question, Relationship};
use concord_kernel::{Instant, PatientId, PersonId, Token};
use concord_ledger::locate;
use concord_projection::{Cursor, PageOf, Projections, Reader, View, ViewId, WaitError};
use concord_proto::concord::common::v1 as pb;
use prost::Name;
use tonic::metadata::MetadataMap;
use tonic::{Response, Status};
use uuid::Uuid;

use super::Inquiry;
use crate::common::encode::instant;
use crate::door::Caller;
use crate::field::{id, optional_id};
use crate::limits::{PAGE_DEFAULT, PAGE_MOST, VIEW_WAIT};
use crate::looking::{About, Tells};
use crate::{Door, Failure, Invalid};

/// Answers questions from the views; implements the query service of every audience.
#[derive(Clone)]
pub(crate) struct Questions(pub(crate) Door);

/// A question that may be answered: who asks, and views that know enough.
pub(crate) struct Asked {
    pub(crate) caller: Caller,
    pub(crate) views: Projections,
    pub(crate) now: Instant,
    /// What the look is about, beside what the answer tells.
    pub(crate) about: About,
    policies: Arc<Policies>,
}

impl Questions {
    /// Says who asks for a list, when they may, and gives the views of their tenant.
    pub(crate) async fn ask<T: Name>(
        &self,
        metadata: &MetadataMap,
        question: Question,
    ) -> Result<Asked, Failure> {
        self.answerable(self.0.admit::<T>(metadata, question).await?, About::default())
    }

    /// Says who asks about a patient, and about which. Nothing of the question is read before that is known and permitted.
    pub(crate) async fn ask_about<T: Name>(
        &self,
        metadata: &MetadataMap,
        question: Question,
        patient: &str,
    ) -> Result<(Asked, PatientId), Failure> {
        let mut caller = self.0.authenticate(metadata)?;
        let patient = id("patient_id", patient, PatientId::new)?;
        let about = self.0.inquire::<T>(metadata, &mut caller, question, patient).await?;
        Ok((self.answerable(caller, about)?, patient))
    }

    /// Answers, once it is on record that the caller is answered, or refused.
    pub(crate) async fn tell<T: Tells>(
        &self,
        metadata: &MetadataMap,
        asked: &Asked,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Response<T>, Status> {
        let told = async { self.0.on_record(&asked.caller, asked.about, answer.await).await };
        Ok(Response::new(self.0.within(metadata, told).await?))
    }

    fn answerable(&self, caller: Caller, about: About) -> Result<Asked, Failure> {
        let views = caller.tenant.views.clone().ok_or(Failure::ViewBehind)?;
        Ok(Asked { caller, views, now: self.0.now(), about, policies: self.0.policies() })
    }
}

impl Asked {
    /// Reads, once the view `V` knows everything up to `least`.
    pub(crate) async fn reader<V: View>(&self, least: Option<pb::Token>) -> Result<Reader, Failure> {
        self.knows::<V>(least).await?;
        Ok(self.views.reader())
    }

    /// Waits until the view `V` knows everything up to `least`.
    pub(crate) async fn knows<V: View>(&self, least: Option<pb::Token>) -> Result<(), Failure> {
        if let Some(least) = least {
            let epoch = id::<Uuid>("min_position.epoch", &least.epoch, |id| id)?;
            let token = Token { epoch, position: least.position };
            let token = locate(&*self.caller.tenant.ledger, token).await?;
            self.views.wait_for(ViewId::of::<V>(), token, VIEW_WAIT).await.map_err(|error| match error {
                // The place is of this history: its views are still those of the one before.
                WaitError::EpochChanged { .. }
                | WaitError::UnknownView
                | WaitError::Behind { .. }
                | WaitError::Stopped => Failure::ViewBehind,
            })?;
        }
        Ok(())
    }

    /// How fresh what is read from `V` is at least; asked before reading.
    pub(crate) fn as_of<V: View>(&self) -> Option<pb::AsOf> {
        let status = self.views.watch(V::NAME)?;
        let status = status.borrow();
        let recorded_at = (status.token.position > 0).then(|| instant(status.complete_as_of));
        Some(pb::AsOf { position: status.token.position, recorded_at })
    }

    /// The question about `patient`, for whoever goes on asking it.
    pub(crate) fn inquiry(&self, question: Question, patient: PatientId) -> Inquiry {
        Inquiry::new(Arc::clone(&self.policies), &self.caller, question, patient)
    }

    /// Whether the caller may ask `question`, which is about no single patient, as well.
    pub(crate) fn may(&self, question: Question) -> bool {
        self.policies.permit_list(&self.caller.identity, question).is_ok()
    }

    /// Whether the caller works elsewhere, and so reads what is between them and the program.
    pub(crate) fn is_from_outside(&self) -> bool {
        Relationship::possible(self.caller.identity.actor.role).contains(&Relationship::OutsideTeam)
    }

    /// Whose list is wanted: the caller's unless another is named.
    pub(crate) fn whose(&self, field: &str, named: &str) -> Result<PersonId, Failure> {
        let caller = &self.caller.identity.actor;
        match optional_id(field, named, PersonId::new)? {
            Some(other) if other != caller.id => {
                self.policies.permit_list(&self.caller.identity, Question::ListOfAnother)?;
                Ok(other)
            }
            Some(named) => Ok(named),
            None => Ok(caller.id),
        }
    }
}

/// Which page is wanted.
pub(crate) struct Page {
    pub(crate) after: Option<Cursor>,
    pub(crate) limit: usize,
}

impl Page {
    pub(crate) fn read(page: Option<pb::PageRequest>) -> Result<Self, Invalid> {
        let pb::PageRequest { page_size, page_token } = page.unwrap_or_default();
        let limit = if page_size == 0 { PAGE_DEFAULT } else { page_size as usize };
        if limit > PAGE_MOST {
            return Err(Invalid::new("page.page_size", "must be at most 200"));
        }
        Ok(Self { after: (!page_token.is_empty()).then(|| Cursor::from_token(&page_token)), limit })
    }

    /// Says how the list goes on.
    pub(crate) fn info<T>(page: &PageOf<T>) -> pb::PageInfo {
        let next_page_token = page.next.as_ref().map_or_else(String::new, |next| next.as_token().to_owned());
        pb::PageInfo { next_page_token }
    }
}
