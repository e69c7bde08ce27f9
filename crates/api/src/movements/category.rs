//! What movements were for, where that is asked for.

use std::collections::BTreeMap;

use cartola_engine::rows::{MovementList, MovementRow};
use cartola_engine::{Engine, EngineError};
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Problem, parse};
use cartola_insights::categories::{Facts, Label, Matcher};
use cartola_model::{Counterparty, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::AccountId;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// What can be had beside what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Computed {
    Category,
}

const COMPUTED: &[(&str, Computed)] = &[("category", Computed::Category)];

/// What is wanted of each movement beside what is stored.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Include {
    /// `category`: what each movement was for, computed as it is read.
    #[param(required = false, value_type = String, pattern = "^category$")]
    include: Option<Computed>,
}

impl FromQuery for Include {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self { include: parameters.optional("include", parse::one_of(COMPUTED))? })
    }
}

impl Include {
    /// Whether categories are wanted.
    pub fn categories(self) -> bool {
        self.include == Some(Computed::Category)
    }
}

/// What a movement was for, by the tenant's own rules, else by those of the gateway.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Category)]
pub struct CategoryView<'a> {
    /// The stable code, group and class. What no rule knows is `otros/sin-clasificar`.
    #[schema(example = "alimentacion/supermercado")]
    code: &'static str,
    /// The group, in Spanish.
    #[schema(example = "Alimentación")]
    group: &'static str,
    /// The class, in Spanish.
    #[schema(example = "Supermercado")]
    label: &'static str,
    /// The id of the rule that said so.
    #[schema(example = "supermercados")]
    rule: &'a str,
    /// Whether that is a rule of the tenant's own.
    own_rule: bool,
}

impl<'a> From<&Label<'a>> for CategoryView<'a> {
    fn from(label: &Label<'a>) -> Self {
        let category = label.category;
        Self {
            code: category.id(),
            group: category.group(),
            label: category.name(),
            rule: label.rule,
            own_rule: label.is_tenants,
        }
    }
}

/// Labels movements for one tenant. Who holds an account is looked up where the other side's RUT is
/// known, since that alone is compared with it, and once for each account.
pub struct Labeller<'a> {
    engine: &'a Engine,
    who: &'a Principal,
    matcher: &'a Matcher,
    holders: BTreeMap<AccountId, Option<Rut>>,
}

impl<'a> Labeller<'a> {
    /// Labels by these rules.
    pub const fn new(engine: &'a Engine, who: &'a Principal, matcher: &'a Matcher) -> Self {
        Self { engine, who, matcher, holders: BTreeMap::new() }
    }

    /// The labels of some movements, in their order. The other sides are those of the movements from
    /// the first on; there may be fewer.
    pub async fn labels<Text: AsRef<str>>(
        &mut self,
        rows: &[MovementRow<Text>],
        sides: &[Option<Counterparty>],
    ) -> Result<Vec<Label<'a>>, EngineError> {
        let mut labels = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let other = sides.get(index).and_then(Option::as_ref).and_then(|side| side.rut);
            let holder = match other {
                Some(_) => self.holder(row.movement.account).await?,
                None => None,
            };
            labels.push(self.matcher.label(&Facts::of(&row.movement, other, holder)));
        }
        Ok(labels)
    }

    /// The labels of a page.
    pub async fn labels_of_page(
        &mut self,
        rows: &MovementList,
        sides: &[Option<Counterparty>],
    ) -> Result<Vec<Label<'a>>, EngineError> {
        let rows: Vec<MovementRow<&str>> = rows.iter().collect::<Result<_, _>>()?;
        self.labels(&rows, sides).await
    }

    async fn holder(&mut self, account: AccountId) -> Result<Option<Rut>, EngineError> {
        if let Some(known) = self.holders.get(&account) {
            return Ok(*known);
        }
        let holder = self.engine.holder_of(self.who, account).await?;
        self.holders.insert(account, holder);
        Ok(holder)
    }
}
