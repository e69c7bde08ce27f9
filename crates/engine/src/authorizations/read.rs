//! The log: which phones there are, and what was asked and decided.

use cartola_model::{AuthorizationStanding, EnrolmentStanding, OperationKind, Principal};
use cartola_primitives::id::{AuthorizationId, EnrolmentId};
use cartola_primitives::{Rut, Timestamp};
use cartola_store::Page;
use cartola_store::authorizations::{AuthorizationFilter, EnrolmentFilter};

use super::{Authorization, Enrolment};
use crate::access::Subject;
use crate::{Engine, EngineError};

/// Which authorizations are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Listed {
    /// Of this person.
    pub rut: Option<Rut>,
    /// That stand so.
    pub standing: Option<AuthorizationStanding>,
    /// Of this kind.
    pub kind: Option<OperationKind>,
    /// Asked for at this instant or later.
    pub from: Option<Timestamp>,
    /// Asked for before this instant.
    pub to: Option<Timestamp>,
}

impl Engine {
    /// A phone of the tenant's.
    pub async fn enrolment(
        &self,
        who: &Principal,
        id: EnrolmentId,
    ) -> Result<Option<Enrolment>, EngineError> {
        self.note_access(who, "enrolment.read", Subject::one(id));
        match self.store().enrolment(who.tenant, id).await? {
            Some(row) => self.shown_enrolment(who.tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Phones, newest first; of a person and in a state where that is asked.
    pub async fn enrolments(
        &self,
        who: &Principal,
        (rut, standing): (Option<Rut>, Option<EnrolmentStanding>),
        before: Option<EnrolmentId>,
        limit: usize,
    ) -> Result<Page<Enrolment, EnrolmentId>, EngineError> {
        self.note_access(who, "enrolment.read", Subject::list("enrolments"));
        let mut filter = EnrolmentFilter { standing, ..EnrolmentFilter::default() };
        if let Some(rut) = rut {
            filter.person = self.person_by_rut(who.tenant, rut).await?;
            if filter.person.is_none() {
                return Ok(Page { rows: Vec::new(), next: None });
            }
        }
        let page = self.store().enrolments(who.tenant, filter, before, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_enrolment(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// An authorization of the tenant's.
    pub async fn authorization(
        &self,
        who: &Principal,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, EngineError> {
        self.note_access(who, "authorization.read", Subject::one(id));
        match self.store().authorization(who.tenant, id).await? {
            Some(row) => self.shown_authorization(who.tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The log, newest first.
    pub async fn authorizations(
        &self,
        who: &Principal,
        listed: Listed,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Page<Authorization, AuthorizationId>, EngineError> {
        self.note_access(who, "authorization.read", Subject::list("authorizations"));
        let Listed { rut, standing, kind, from, to } = listed;
        let mut filter = AuthorizationFilter { person: None, standing, kind, from, before: to };
        if let Some(rut) = rut {
            filter.person = self.person_by_rut(who.tenant, rut).await?;
            if filter.person.is_none() {
                return Ok(Page { rows: Vec::new(), next: None });
            }
        }
        let page = self.store().authorizations(who.tenant, filter, before, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_authorization(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }
}
