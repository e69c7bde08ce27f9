//! `POST /floid/cl/{institution}_{personas|empresas}/{product}`: the current dialect.

mod declined;
mod question;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::{RecordedAnswer, Reply};
use cartola_http::answer;
use cartola_model::{Failure, Institution};
use cartola_primitives::id::RequestId;
use cartola_primitives::{Rut, santiago};

use super::asked::Asked;
use super::callback::Target;
use super::case::{Case, NotBegun};
use super::desk::{Entry, Untold, to_its_end};
use super::errand::{Errand, Work};
use super::refused::Refused;
use super::{CURRENT_THRESHOLD, MAX_ANSWER_BYTES, SYNC_WAIT};
use crate::given::{Given, Mistake};
use crate::request::Current;
use crate::{bank, wire};

use declined::Declined;
pub use declined::untold;
pub use question::Question;

/// What is said of what is done with a request whose result is posted later.
const PROCESSING: &str = "PROCESSING";

/// What is said where a lock was taken away and nothing else was asked for.
const UNLOCKED: &str = "UNLOCKED";

/// The verb of cases whose results are posted.
const VERB: &str = "floid.current";

/// Ask a bank for a product
///
/// `institution` is such as `banco_estado_personas`, `banco_bci_empresas`, `cmf`; `product` is
/// `transactions`, `income`, `incomev2`, `products`, `credit_cards_info`, `contacts` or `validar` of a
/// bank, `debt_v2` of the CMF. Two wrong passwords in a row lock the user for 24 hours, unless
/// `unlock_credentials` takes that away.
#[utoipa::path(
    post, path = "/cl/{institution}/{product}", operation_id = "current_product", tag = "current dialect",
    params(
        ("institution" = String, Path, description = "Whom to ask, such as `banco_estado_personas`."),
        ("product" = String, Path, description = "What for, such as `transactions`."),
    ),
    request_body = Current,
    responses(
        (status = 200, description = "The result, or that it is posted later", body = wire::Envelope<Object>),
        (status = 400, description = "The request is wrong, or `LOGIN`: the institution refused it", body = wire::ErrorObject),
        (status = 404, description = "There is no such institution or product", body = wire::ErrorObject),
        (status = 481, description = "`DATA_FAILED`: the institution gave no answer that is one", body = wire::ErrorObject),
    ),
)]
pub async fn product(
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Asked, Refused>,
) -> Response {
    let asked = match asked {
        Ok(asked) => asked,
        Err(refused) => return Declined::of_refused(&refused).response_of(refused, ""),
    };
    let path = path.map(|Path(path)| path).unwrap_or_default();
    let served = to_its_end(async move { Ok(serve(asked, path).await) }).await;
    served.unwrap_or_else(|refused| Declined::of_refused(&refused).response_of(refused, ""))
}

async fn serve(asked: Asked, (institution, product): (String, String)) -> Response {
    let minted = || asked.engine.mint::<RequestId>().hex();
    let body = match asked.read::<Current>() {
        Ok(body) => body,
        Err(refused) => return Declined::of_refused(&refused).response(&minted()),
    };
    let case = match case(&body.caseid) {
        Ok(case) => case,
        Err(mistake) => return Declined::mistake(mistake).response(&minted()),
    };
    let caseid = case.as_ref().map_or_else(minted, |case| case.as_str().to_owned());
    let call = Call { asked: &asked, body: &body, case: case.as_ref(), caseid: &caseid };
    let served = call.serve(&institution, &product).await;
    let outcome = served.as_ref().map_or_else(Declined::code, |_| "ok");
    metrics::counter!("floid_current_total", "outcome" => outcome).increment(1);
    served.unwrap_or_else(|declined| declined.response(&caseid))
}

/// The case that a caller names; none where it leaves that to us.
fn case(given: &Given) -> Result<Option<Case>, Mistake> {
    match given {
        Given::Absent => Ok(None),
        given => Case::of(given, "caseid").map(Some),
    }
}

/// One call.
struct Call<'a> {
    asked: &'a Asked,
    body: &'a Current,
    case: Option<&'a Case>,
    caseid: &'a str,
}

impl Call<'_> {
    async fn serve(&self, institution: &str, product: &str) -> Result<Response, Declined> {
        let bank = bank::of_path(institution).ok_or_else(|| Declined::path("institution"))?;
        let today = santiago::today(self.asked.engine.now());
        let account = self.body.account.optional_text("account")?;
        let question = Question::of(bank, product, account, today)?;
        let rut = self.body.id.rut("id").map_err(Declined::id)?;
        if self.body.unlock_credentials.flag("unlock_credentials")? {
            self.asked.engine.unlock(&self.asked.who, &bank.id, rut).await?;
            if matches!(self.body.password, Given::Absent) {
                return Ok(answer::json(StatusCode::OK, &self.envelope(UNLOCKED)));
            }
        }
        let entry = self.entry(bank, rut)?;
        if matches!(self.body.callback_url, Given::Absent) {
            self.answer(&entry, question).await
        } else {
            self.leave(&entry, question).await
        }
    }

    fn entry(&self, bank: &Institution, rut: Rut) -> Result<Entry, Declined> {
        if !matches!(self.body.token_password, Given::Absent) {
            let problem = "this gateway gives out none; send the password";
            return Err(Mistake::of("token_password", problem).into());
        }
        let password = self.body.password.password("password")?;
        Ok(Entry { institution: bank.id.clone(), rut, password, threshold: CURRENT_THRESHOLD })
    }

    /// The result as the answer.
    async fn answer(&self, entry: &Entry, question: Question) -> Result<Response, Declined> {
        let (scope, caseid) = (question.scope(), self.caseid.to_owned());
        let desk = self.asked.desk();
        let read = desk.read(entry, scope, SYNC_WAIT, async move |teller| {
            question.tell(&teller, &caseid).await
        });
        let body = read.await?;
        if body.len() > MAX_ANSWER_BYTES {
            return Err(Failure::LimitExceeded.into());
        }
        Ok(answer::json_bytes(StatusCode::OK, body))
    }

    /// The result posted later. A case that the caller names has one effect.
    async fn leave(&self, entry: &Entry, question: Question) -> Result<Response, Declined> {
        let url = (&self.body.callback_url, "callbackUrl");
        let target = Target::of(&self.asked.callbacks, url, (&Given::Absent, "")).await?;
        let ticket = match self.begin(entry, &question, &target).await {
            Ok(ticket) => ticket,
            Err(not_begun) => return repeated(not_begun),
        };
        let scope = question.scope();
        let errand = Errand::new(&self.asked.who, self.caseid, target, Work::Current(question));
        let accepted = answer::recorded(StatusCode::OK, &self.envelope(PROCESSING));
        let reply = Reply { ticket: ticket.as_ref(), render: &|_| accepted.clone() };
        let next = |mandate| errand.next(mandate);
        match self.asked.desk().leave(entry, scope, &next, reply).await {
            Ok(()) => Ok(answer::fresh(accepted)),
            Err(Untold::Engine(error)) => repeated(error.into()),
            Err(Untold::Failure(failure)) => Err(failure.into()),
        }
    }

    async fn begin(
        &self,
        entry: &Entry,
        question: &Question,
        target: &Target,
    ) -> Result<Option<cartola_engine::once::Ticket>, NotBegun> {
        let Some(case) = self.case else { return Ok(None) };
        let (rut, institution) = (entry.rut.compact(), entry.institution.as_str());
        let password = entry.password.expose().as_str();
        let [url, _] = target.parts();
        let (product, account) = question.parts();
        let parts = [Some(&*rut), Some(password), Some(institution), Some(product), account, url];
        case.begin(&self.asked.engine, &self.asked.who, VERB, &parts).await.map(Some)
    }

    /// An answer without a result.
    fn envelope(&self, msg: &'static str) -> wire::Envelope<'_, ()> {
        wire::Envelope { code: 200, msg, caseid: self.caseid, data: () }
    }
}

/// What a case is told that was begun before, or that cannot be.
fn repeated(not_begun: NotBegun) -> Result<Response, Declined> {
    match not_begun {
        NotBegun::Answered(RecordedAnswer { status, body }) => {
            Ok(answer::fresh(RecordedAnswer { status, body }))
        }
        NotBegun::OtherBody => Err(Mistake::of("caseid", "it was used for another request").into()),
        NotBegun::Engine(error) => Err(error.into()),
    }
}
