//! Parameters of the query and the path, read strictly: each once, none unknown.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use cartola_primitives::id::TypedId;

use crate::parse;
use crate::problem::{Code, Problem, Text, quoted};
use crate::refusal::Refusal;

/// Parameters that a query may have at most.
const MAX_PARAMETERS: usize = 32;

/// The parameters of one query, taken out one by one.
pub struct Parameters<'a> {
    left: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    known: Vec<&'static str>,
}

impl<'a> Parameters<'a> {
    /// Splits a query.
    pub fn split(query: &'a str) -> Result<Self, Problem> {
        let wrong = |why: Text| Problem::new(Code::ParameterInvalid).detailed(sentence(&why));
        let mut left = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if left.len() == MAX_PARAMETERS {
                return Err(wrong(Text::new(
                    format!("there are more than {MAX_PARAMETERS} parameters"),
                    format!("hay más de {MAX_PARAMETERS} parámetros"),
                )));
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            left.push((
                parse::decoded(name).map_err(wrong)?,
                parse::decoded(value).map_err(wrong)?,
            ));
        }
        Ok(Self { left, known: Vec::new() })
    }

    /// A parameter that may be there.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, Text>,
    ) -> Result<Option<T>, Problem> {
        self.known.push(name);
        let Some(index) = self.left.iter().position(|(given, _)| given == name) else {
            return Ok(None);
        };
        let (_, value) = self.left.swap_remove(index);
        if self.left.iter().any(|(given, _)| given == name) {
            let twice = Text::fixed("it is given more than once", "viene más de una vez");
            return Err(Problem::parameter(name, twice));
        }
        read(&value).map(Some).map_err(|why| Problem::parameter(name, why))
    }

    /// Refuses what nobody has taken.
    pub fn finish(self) -> Result<(), Problem> {
        if self.left.is_empty() {
            return Ok(());
        }
        let why = if self.known.is_empty() {
            Text::fixed("there are no parameters here", "aquí no hay parámetros")
        } else {
            let known = quoted(&self.known);
            Text::new(
                format!("a parameter is unknown; known are {known}"),
                format!("un parámetro es desconocido; se conocen {known}"),
            )
        };
        Err(Problem::new(Code::ParameterInvalid).detailed(sentence(&why)))
    }
}

fn sentence(why: &Text) -> Text {
    Text::new(format!("In the query: {}.", why.en), format!("En la consulta: {}.", why.es))
}

/// What a query asks, as a type.
pub trait FromQuery: Sized {
    /// Takes all that it knows.
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem>;
}

/// Nothing is asked.
impl FromQuery for () {
    fn read(_: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(())
    }
}

/// Two shapes in one query.
impl<A: FromQuery, B: FromQuery> FromQuery for (A, B) {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok((A::read(parameters)?, B::read(parameters)?))
    }
}

/// A query of the wanted shape.
pub struct Query<T>(pub T);

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let mut parameters = Parameters::split(parts.uri.query().unwrap_or_default())?;
        let asked = T::read(&mut parameters)?;
        parameters.finish()?;
        Ok(Self(asked))
    }
}

/// The one id of a path.
pub struct PathId<I>(pub I);

impl<I: TypedId, S: Send + Sync> FromRequestParts<S> for PathId<I> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = PathText::from_request_parts(parts, state).await?;
        Ok(Self(parse::id(&text.0).map_err(|why| Problem::parameter("id", why))?))
    }
}

/// The one parameter of a path, as text.
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let unreadable = || Text::fixed("expected UTF-8", "se esperaba UTF-8");
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::parameter("id", unreadable()))?;
        let (_, value) = path.iter().next().ok_or_else(|| {
            Problem::internal("a route without a parameter was asked for one".to_owned())
        })?;
        Ok(Self(value.to_owned()))
    }
}
