//! `POST /synaptic/api/v1/tasks`

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::links::LinkError;
use cartola_engine::readings::{self, AccountScope, Call, ReadScope};
use cartola_engine::tasks::{TASK_KEPT, TaskOrder};
use cartola_http::{Gate, answer};
use cartola_model::{Catalogue, Failure, Principal};
use cartola_primitives::id::{RequestId, TaskId};
use cartola_primitives::{Date, Rut, Secret, SignedDuration, santiago};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::caller::WithSession;
use super::entities::is_offered;
use super::refused::{Message, Refused};
use super::results::{self, year_begins};
use super::{ACTIONS, MOVEMENT_DAYS};
use crate::{Action, OfAccounts, Product};

const SHAPE: &str =
    r#"{"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}"#;

/// What the document says of a password that is none for its entity.
const NO_PASSWORD: &str = "password doesn't meet entity schema";

/// What a task is to do.
#[derive(Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Wanted {
    /// What is asked of whom.
    #[schema(example = "banco-chile:tef")]
    action: String,
    #[serde(deserialize_with = "body::object")]
    args: Args,
}

/// Whose credentials.
#[derive(Deserialize, ToSchema)]
#[serde(expecting = "an object")]
struct Args {
    /// The RUT of the person or company, in any written form.
    #[schema(example = "11.111.111-1")]
    username: String,
    /// The password of the entity.
    #[schema(value_type = String, format = Password)]
    password: Secret<String>,
}

/// A task that was begun.
#[derive(Serialize, ToSchema)]
pub struct Created {
    /// Its id, 32 hexadecimal digits.
    #[serde(rename = "taskId")]
    task_id: String,
}

/// Begin an extraction
#[utoipa::path(
    post, path = "/api/v1/tasks", operation_id = "create_task", tag = "extraction",
    request_body = Wanted,
    responses(
        (status = 200, description = "The task was begun", body = Created),
        (status = 400, description = "The body, the action, the user name or the password is wrong", body = Message),
        (status = 401, description = "`Jwt is expired` or `Jwt is invalid`", body = Message),
    ),
    security(("sessionToken" = [])),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: WithSession,
    request: Request,
) -> Result<Response, Refused> {
    let wanted: Wanted = body::read(request, SHAPE).await?;
    let asked = Asked::of(&gate, wanted)?;
    let id = asked.begin(&gate, &caller.0).await?;
    metrics::counter!("synaptic_tasks_total", "product" => asked.action.product.name())
        .increment(1);
    Ok(answer::json(StatusCode::OK, &Created { task_id: id.hex() }))
}

/// What is asked for, once it is known to make sense.
struct Asked {
    action: Action,
    rut: Rut,
    password: Secret<String>,
}

impl Asked {
    fn of(gate: &Gate, wanted: Wanted) -> Result<Self, Refused> {
        let action = Action::find(&wanted.action);
        let offered = |action: &Action| {
            is_offered(action.product, gate.engine().offer(&action.entity.institution.id))
        };
        let action = action.filter(offered).ok_or_else(|| {
            Refused::request("action: there is none of this name; GET /api/v1/entities lists them")
        })?;
        let Args { username, password } = wanted.args;
        let rut = Rut::parse(&username);
        let rut = rut.map_err(|error| Refused::request(format!("username: {error}")))?;
        let schema = Catalogue::bundled().password_schema(&action.entity.institution.id);
        if schema.is_some_and(|schema| !schema.accepts(password.expose())) {
            return Err(Refused::request(NO_PASSWORD));
        }
        Ok(Self { action, rut, password })
    }

    async fn begin(&self, gate: &Gate, who: &Principal) -> Result<TaskId, Refused> {
        let (engine, institution) = (gate.engine(), &self.action.entity.institution.id);
        let now = engine.now();
        let operation = engine.mint::<RequestId>().hex();
        let evidence = readings::evidence("synaptic", &operation, institution, self.rut, now);
        let fields = BTreeMap::from([
            ("rut".to_owned(), Secret::new(self.rut.compact())),
            ("password".to_owned(), Secret::new(self.password.expose().clone())),
        ]);
        let call = Call {
            institution: institution.clone(),
            rut: self.rut,
            fields: &fields,
            evidence: &evidence,
            lasts: TASK_KEPT,
            threshold: readings::THRESHOLD,
            task: None,
        };
        let order = TaskOrder {
            action: format!("{ACTIONS}{}", self.action.name()),
            call,
            scope: scope(self.action.product, santiago::today(now)),
            renderer: results::kind(),
        };
        engine.begin_task(who, order).await.map_err(refused)
    }
}

/// What an institution is asked for.
fn scope(product: Product, today: Date) -> ReadScope {
    let accounts = match product.of_accounts() {
        OfAccounts::Nothing => AccountScope::Nothing,
        OfAccounts::Balances => AccountScope::Balances,
        OfAccounts::Movements => AccountScope::Movements { from: days_back(today), to: today },
        OfAccounts::YearOfMovements => {
            AccountScope::Movements { from: year_begins(today), to: today }
        }
    };
    ReadScope { accounts, records: product.records() }
}

/// The first day of those that `movements` tells.
pub fn days_back(today: Date) -> Date {
    today.saturating_sub(SignedDuration::from_hours(24 * (MOVEMENT_DAYS - 1)))
}

fn refused(error: LinkError) -> Refused {
    match error {
        LinkError::Engine(error) => error.into(),
        // All that is checked before the entity is asked is whether it could take the password.
        error if error.failure() == Failure::RequestInvalid => Refused::request(NO_PASSWORD),
        error => Refused::request(error.to_string()),
    }
}
