//! Whose an entry of the trail is.

use cartola_model::Principal;
use cartola_primitives::Rut;
use cartola_primitives::id::{PersonId, TenantId};
use cartola_store::subjects::Belonging;
use quick_cache::unsync::Cache;

use crate::{Engine, EngineError};

/// Owners that are remembered while a trail is read.
const MAX_OWNERS: usize = 10_000;

/// Whom an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// One person.
    Person(PersonId),
    /// Something that is nobody's in particular, or is not there any more.
    Nobody,
    /// Many things at once: a list, which may have told of anybody.
    Many,
}

/// Finds out whose entries are, and remembers some.
pub struct Owners(Cache<String, About>);

impl Default for Owners {
    fn default() -> Self {
        Self(Cache::new(MAX_OWNERS))
    }
}

impl Engine {
    /// Whom an entry with that subject is about.
    pub async fn about(
        &self,
        tenant: TenantId,
        subject: &str,
        owners: &mut Owners,
    ) -> Result<About, EngineError> {
        if let Some(known) = owners.0.get(subject) {
            return Ok(*known);
        }
        let about = match (belonging(subject), subject.parse::<PersonId>()) {
            (_, Ok(person)) => About::Person(person),
            (Some(of), _) => {
                let owner = self.store().owner(tenant, of).await?;
                owner.map_or(About::Nobody, About::Person)
            }
            // Names of lists have no id.
            (None, _) if !subject.contains('_') => About::Many,
            (None, _) => About::Nobody,
        };
        owners.0.insert(subject.to_owned(), about);
        Ok(about)
    }

    /// Who has a RUT, if anything of theirs is kept.
    pub async fn person_with(
        &self,
        who: &Principal,
        rut: Rut,
    ) -> Result<Option<PersonId>, EngineError> {
        self.person_of_rut(who, rut).await
    }

    /// The RUT of somebody who is known. The caller says why in the trail.
    pub async fn rut_with(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Option<Rut>, EngineError> {
        self.rut_of(tenant, person).await
    }
}

fn belonging(subject: &str) -> Option<Belonging> {
    let (prefix, _) = subject.split_once('_')?;
    Some(match prefix {
        "lnk" => Belonging::Link(subject.parse().ok()?),
        "con" => Belonging::Consent(subject.parse().ok()?),
        "acc" => Belonging::Account(subject.parse().ok()?),
        "mov" => Belonging::Movement(subject.parse().ok()?),
        "imp" => Belonging::Import(subject.parse().ok()?),
        "rec" => Belonging::Record(subject.parse().ok()?),
        "pay" => Belonging::Payment(subject.parse().ok()?),
        "dev" => Belonging::Enrolment(subject.parse().ok()?),
        "aut" => Belonging::Authorization(subject.parse().ok()?),
        _ => return None,
    })
}
