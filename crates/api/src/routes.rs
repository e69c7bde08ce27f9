//! Which path leads where.

use std::sync::Arc;

use axum::Extension;
use axum::extract::DefaultBodyLimit;
use cartola_http::Gate;
use cartola_insights::categories::Rulebook;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::settings::MetricsText;
use crate::{
    accounts, audit, authorizations, beneficiary_changes, bill_payments, consents, endpoints,
    enrolments, errors, health, imports, institutions, links, matters, messages, movements,
    openapi, payments, readings, records, webhook_secrets, withdrawals,
};

/// All routes, with what they say of themselves.
pub fn documented(metrics: Option<MetricsText>, rules: Arc<Rulebook>) -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(institutions::list))
        .routes(routes!(institutions::read))
        .merge(links())
        .merge(consents())
        .merge(accounts())
        .merge(movements(rules))
        .routes(routes!(records::list::list))
        .routes(routes!(records::read::read))
        .merge(imports())
        .merge(payments())
        .merge(instructions())
        .merge(authorizations())
        .merge(messages())
        .routes(routes!(audit::read))
        .routes(routes!(openapi::serve))
        .routes(routes!(errors::list))
        .routes(routes!(errors::read))
        .merge(operations(metrics))
}

fn links() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(links::list::list, links::create::create))
        .routes(routes!(links::account_link::account_link))
        .routes(routes!(readings::create::create))
        .routes(routes!(readings::read::read))
        .routes(routes!(readings::cancel::cancel))
}

fn consents() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(consents::list::list))
        .routes(routes!(consents::read::read))
        .routes(routes!(consents::change::change))
        .routes(routes!(consents::revoke::revoke))
        .routes(routes!(matters::list::list, matters::create::create))
        .routes(routes!(matters::read::read))
        .routes(routes!(matters::decide::decide))
}

fn accounts() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(accounts::list::list))
        .routes(routes!(accounts::read::read))
        .routes(routes!(accounts::balances::balances))
        .routes(routes!(accounts::all_balances::all_balances))
}

fn movements(rules: Arc<Rulebook>) -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(movements::list::list))
        .routes(routes!(movements::sync::sync))
        .routes(routes!(movements::read::read))
        .routes(routes!(movements::why::why))
        .routes(routes!(movements::split::split))
        .layer(Extension(rules))
}

fn imports() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(imports::list::list, imports::create::create))
        .routes(routes!(imports::read::read))
        .layer(DefaultBodyLimit::max(imports::MAX_FORM_BYTES))
}

fn payments() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(payments::list::list, payments::create::create))
        .routes(routes!(payments::read::read))
        .routes(routes!(payments::answer::answer))
        .routes(routes!(payments::cancel::cancel))
}

fn instructions() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(withdrawals::list::list, withdrawals::create::create))
        .routes(routes!(withdrawals::read::read))
        .routes(routes!(withdrawals::cancel::cancel))
        .routes(routes!(bill_payments::list::list, bill_payments::create::create))
        .routes(routes!(bill_payments::read::read))
        .routes(routes!(bill_payments::cancel::cancel))
        .routes(routes!(beneficiary_changes::list::list, beneficiary_changes::create::create))
        .routes(routes!(beneficiary_changes::read::read))
        .routes(routes!(beneficiary_changes::cancel::cancel))
}

fn authorizations() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(enrolments::list::list, enrolments::create::create))
        .routes(routes!(enrolments::phone::phone))
        .routes(routes!(enrolments::read::read))
        .routes(routes!(enrolments::block::block))
        .routes(routes!(authorizations::list::list, authorizations::create::create))
        .routes(routes!(authorizations::check::check))
        .routes(routes!(authorizations::used::use_up))
        .routes(routes!(authorizations::read::read))
        .routes(routes!(authorizations::decide::decide))
        .routes(routes!(authorizations::cancel::cancel))
}

fn messages() -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(messages::list::list))
        .routes(routes!(messages::read::read))
        .routes(routes!(messages::replay::replay))
        .routes(routes!(messages::replay_all::replay_all))
        .routes(routes!(endpoints::read::read))
        .routes(routes!(endpoints::enable::enable))
        .routes(routes!(webhook_secrets::list::list))
        .routes(routes!(webhook_secrets::rotate::rotate))
}

/// How the process is.
pub fn operations(metrics: Option<MetricsText>) -> OpenApiRouter<Gate> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .layer(Extension(metrics))
}
