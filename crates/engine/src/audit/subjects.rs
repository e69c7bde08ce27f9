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
    /// The tenant itself, which is nobody's data.
    Nobody,
    /// Nobody can say whose: a list, which may have told of anybody; what may be many people's, as a
    /// message; and what is not there any more, or of which it is not known whose it is.
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
                owner.map_or(About::Many, About::Person)
            }
            (None, _) if subject.parse::<TenantId>().is_ok() => About::Nobody,
            (None, _) => About::Many,
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
        self.person_by_rut(who.tenant, rut).await
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
        "tsk" => Belonging::Task(subject.parse().ok()?),
        "ins" => Belonging::Instruction(subject.parse().ok()?),
        "mat" => Belonging::Matter(subject.parse().ok()?),
        // Payouts, checkouts and messages may be about many, or about whom is sealed.
        _ => return None,
    })
}
