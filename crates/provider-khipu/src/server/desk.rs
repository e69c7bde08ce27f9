//! Where one call is dealt with, whether its caller stays or not.

use std::collections::BTreeMap;

use axum::body::Bytes;
use cartola_engine::Engine;
use cartola_engine::readings::{self, Accepted, CALL_MANDATE_TERM, Call, Next, ReadScope, Wanted};
use cartola_engine::rows::LinkRow;
use cartola_engine::work::Pending;
use cartola_http::callbacks::{Callbacks, TargetUrl};
use cartola_model::{Failure, InstitutionId, Principal, Scope};
use cartola_primitives::id::{ConsentId, LinkId};
use cartola_primitives::{Rut, Secret, SignedDuration, santiago};

use super::caller::must;
use super::declined::Declined;
use super::errand::{self, Errand, Work};
use super::new_link::NewToken;
use super::question::Question;
use super::records::Teller;
use super::said::Said;
use super::source::{self, Source};
use super::{LIFE_SPAN_SECONDS, SYNC_MANDATE_TERM, SYNC_WAIT};
use crate::{Operation, Refusal, Request, RequestError, Segment, TokenRequest};

/// One call.
pub struct Desk {
    pub engine: Engine,
    pub callbacks: Callbacks,
    pub who: Principal,
    pub operation_id: String,
}

/// What came with it.
pub struct Sent {
    pub segment: Segment,
    pub bank: InstitutionId,
    pub operation: Operation,
    pub content_type: Option<String>,
    pub body: Bytes,
}

/// A bank, and what is let in there.
struct Entry<'a> {
    institution: InstitutionId,
    rut: Rut,
    fields: &'a BTreeMap<String, Secret<String>>,
}

impl Desk {
    /// Deals with it.
    pub async fn serve(self, sent: Sent) -> Result<Said, Declined> {
        let content_type = sent.content_type.as_deref();
        if sent.operation == Operation::Token {
            let request = TokenRequest::parse(content_type, &sent.body)?;
            must(&self.who, Scope::Manage)?;
            return self.token(sent.segment, &sent.bank, request).await;
        }
        let request = Request::parse(content_type, &sent.body)?;
        must(&self.who, Scope::Read)?;
        self.records(&sent, request).await
    }

    async fn records(&self, sent: &Sent, request: Request) -> Result<Said, Declined> {
        // First of all: whoever has not come so far needs to hear this, and nothing else.
        request.required_credential()?;
        let today = santiago::today(self.engine.now());
        let question = Question::of(sent.segment, sent.operation, &request, today)?;
        let Request { credential, callback_url, .. } = request;
        let credential = credential.ok_or(RequestError::Missing { member: "AccountCredential" })?;
        let callback = self.callback(callback_url.as_deref()).await?;
        let at = (sent.segment, &sent.bank);
        match Source::of(&self.engine, &self.who, at, credential).await? {
            Source::Files(link) => self.told_by_files(&link, &question, callback).await,
            Source::Link(link) => self.through_link(&link, question, callback).await,
            Source::Login(institution, login) => {
                let fields = source::fields(&login);
                let entry = Entry { institution, rut: login.username, fields: &fields };
                self.with_login(&entry, question, callback).await
            }
        }
    }

    /// Whether a URL may be called back.
    async fn callback(&self, url: Option<&str>) -> Result<Option<TargetUrl>, Declined> {
        let Some(url) = url else { return Ok(None) };
        let url = self.callbacks.check(url).await;
        url.map(Some).map_err(|error| Declined::value("CallbackUrl", &error))
    }

    /// Nobody is asked: the result is there, and is posted at once where it is to be posted.
    async fn told_by_files(
        &self,
        link: &LinkRow,
        question: &Question,
        callback: Option<TargetUrl>,
    ) -> Result<Said, Declined> {
        let said = self.tell(link, question).await?;
        let Some(url) = callback else { return Ok(said) };
        let order = errand::message(&self.callbacks, self.who.tenant, url, said.body).await?;
        self.engine.send(self.who.tenant, order).await?;
        Ok(Said::accepted(&self.operation_id))
    }

    async fn through_link(
        &self,
        link: &LinkRow,
        question: Question,
        callback: Option<TargetUrl>,
    ) -> Result<Said, Declined> {
        let scope = question.scope(santiago::today(self.engine.now()));
        if let Some(url) = callback {
            let next = self.errand(&url, Some(link.id), Work::Records(question)).next(None);
            let wanted = self.wanted(scope, Some(next));
            self.engine.request_reading(&self.who, link.id, wanted).await?;
            return Ok(Said::accepted(&self.operation_id));
        }
        let wanted = self.wanted(scope, None);
        let pending = self.engine.request_reading(&self.who, link.id, wanted).await?;
        self.until_read(pending).await?;
        self.tell(link, &question).await
    }

    async fn with_login(
        &self,
        entry: &Entry<'_>,
        question: Question,
        callback: Option<TargetUrl>,
    ) -> Result<Said, Declined> {
        let scope = question.scope(santiago::today(self.engine.now()));
        if let Some(url) = callback {
            let errand = self.errand(&url, None, Work::Records(question));
            return self.leave(entry, scope, &errand).await;
        }
        let Accepted { link, mandate, reading } =
            self.call(entry, scope, SYNC_MANDATE_TERM, |_| None).await?;
        let told = async {
            self.until_read(reading).await?;
            let link = self.engine.link(&self.who, link).await?;
            self.tell(&link.ok_or(Failure::Internal)?, &question).await
        };
        self.ending(mandate, told).await
    }

    async fn token(
        &self,
        segment: Segment,
        bank: &InstitutionId,
        request: TokenRequest,
    ) -> Result<Said, Declined> {
        let TokenRequest { login, callback_url } = request;
        let callback = self.callback(callback_url.as_deref()).await?;
        let institution = source::side((segment, bank), login.username)?;
        let fields = source::fields(&login);
        let entry =
            Entry { institution: institution.clone(), rut: login.username, fields: &fields };
        let new = NewToken::of(institution, &login, self.engine.now());
        if let Some(url) = callback {
            let errand = self.errand(&url, None, Work::Token(new));
            return self.leave(&entry, ReadScope::ACCOUNTS, &errand).await;
        }
        let Accepted { mandate, reading, .. } =
            self.call(&entry, ReadScope::ACCOUNTS, SYNC_MANDATE_TERM, |_| None).await?;
        let told = async {
            self.until_read(reading).await?;
            new.begin(&self.engine, &self.who, &self.operation_id).await
        };
        self.ending(mandate, told).await
    }

    /// Queues a call with credentials, and leaves the rest to its errand.
    async fn leave(
        &self,
        entry: &Entry<'_>,
        scope: ReadScope,
        errand: &Errand,
    ) -> Result<Said, Declined> {
        let lasts = CALL_MANDATE_TERM;
        self.call(entry, scope, lasts, |mandate| Some(errand.next(Some(mandate)))).await?;
        Ok(Said::accepted(&self.operation_id))
    }

    async fn call(
        &self,
        entry: &Entry<'_>,
        scope: ReadScope,
        lasts: SignedDuration,
        next: impl Fn(ConsentId) -> Option<Next>,
    ) -> Result<Accepted, Declined> {
        let Entry { institution, rut, fields } = entry;
        let (operation, now) = (&self.operation_id, self.engine.now());
        let evidence = readings::evidence("khipu", operation, institution, *rut, now);
        let institution = institution.clone();
        let threshold = readings::THRESHOLD;
        let evidence = evidence.as_slice();
        let call = Call { institution, rut: *rut, fields, evidence, lasts, threshold, task: None };
        let wanted = |mandate| self.wanted(scope, next(mandate));
        Ok(self.engine.request_call(&self.who, &call, wanted).await?)
    }

    /// Ends the mandate of a call, whatever came of it. What is still being read is not taken in.
    /// Where that fails, the mandate runs out by itself.
    async fn ending(
        &self,
        mandate: ConsentId,
        told: impl Future<Output = Result<Said, Declined>>,
    ) -> Result<Said, Declined> {
        let told = told.await;
        let ended = self.engine.end_call(&self.who, mandate).await;
        if let Err(error) = ended {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(consent = %mandate, error, "khipu.mandate.not_ended");
        }
        told
    }

    async fn until_read(&self, mut reading: Pending) -> Result<(), Declined> {
        match self.engine.wait_for(&mut reading, SYNC_WAIT).await? {
            Some(ended) => Ok(ended.map_err(Refusal::of_bank)?),
            None => Err(Failure::Timeout.into()),
        }
    }

    async fn tell(&self, link: &LinkRow, question: &Question) -> Result<Said, Declined> {
        let Self { engine, who, operation_id, .. } = self;
        Teller { engine, who, link, operation_id }.tell(question).await
    }

    fn errand(&self, url: &TargetUrl, link: Option<LinkId>, work: Work) -> Errand {
        Errand::new(&self.who, &self.operation_id, url, link, work)
    }

    /// A reading that the caller waits for, or whose end is posted within the life of the answer.
    fn wanted(&self, scope: ReadScope, next: Option<Next>) -> Wanted {
        if next.is_none() {
            return Wanted::at_once(scope);
        }
        let told_by = self.engine.now() + SignedDuration::from_secs(LIFE_SPAN_SECONDS.into());
        Wanted { told_by: Some(told_by), next, ..Wanted::told_later(scope) }
    }
}
