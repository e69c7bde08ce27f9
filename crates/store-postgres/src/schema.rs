//! Which migrations there are, and who may serve while each of them is applied.
//!
//! A migration that **expands** only adds: programs that know an earlier schema go on, and may be
//! started again. One that **contracts** takes away what programs before some schema still use: it
//! waits until none of them is alive, and none of them starts afterwards. What is to go is therefore
//! no longer used in one release, and goes in a later one; and in the list of a release its
//! contractions come last, so that its processes can start before those of the release before end.

/// A change of the schema. One that was released is never changed.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub sql: &'static str,
    /// Who goes on meanwhile.
    pub step: Step,
}

/// Who goes on while a migration is applied, and afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Everybody who could before.
    Expand,
    /// Programs that know this schema or a later one.
    Contract {
        /// The number of the schema.
        oldest: usize,
    },
}

/// What a program knows: migrations, of which the first makes schema 1.
#[derive(Debug, Clone, Copy)]
pub struct Schema(pub &'static [Migration]);

impl Schema {
    /// That of this program.
    pub const OURS: Self = Self(MIGRATIONS);

    /// The latest schema that the program knows.
    pub const fn version(self) -> usize {
        self.0.len()
    }

    /// The earliest schema that the program can serve: contractions may follow later.
    pub fn needed(self) -> usize {
        let expands = |migration: &Migration| migration.step == Step::Expand;
        self.0.iter().rposition(expands).map_or(0, |place| place + 1)
    }

    /// What brings a store from a schema to the latest, with numbers.
    pub fn after(self, present: usize) -> impl Iterator<Item = (usize, &'static Migration)> {
        (1..).zip(self.0).skip(present)
    }
}

const fn expand(name: &'static str, sql: &'static str) -> Migration {
    Migration { name, sql, step: Step::Expand }
}

/// All migrations, in order.
const MIGRATIONS: &[Migration] = &[
    expand("first", include_str!("../migrations/0001_first.sql")),
    expand("queue", include_str!("../migrations/0002_queue.sql")),
    expand("walls", include_str!("../migrations/0003_walls.sql")),
    expand("lanes", include_str!("../migrations/0004_lanes.sql")),
    expand("versions", include_str!("../migrations/0005_versions.sql")),
    expand("retention", include_str!("../migrations/0006_retention.sql")),
    expand("pacing", include_str!("../migrations/0007_pacing.sql")),
    expand("counts", include_str!("../migrations/0008_counts.sql")),
    expand("consents_of_links", include_str!("../migrations/0009_consents_of_links.sql")),
    expand("waits", include_str!("../migrations/0010_waits.sql")),
    expand("payments", include_str!("../migrations/0011_payments.sql")),
    expand("checkouts", include_str!("../migrations/0012_checkouts.sql")),
    expand("terms", include_str!("../migrations/0013_terms.sql")),
    expand("quotas", include_str!("../migrations/0014_quotas.sql")),
    expand("payouts", include_str!("../migrations/0015_payouts.sql")),
    expand("authorizations", include_str!("../migrations/0016_authorizations.sql")),
    expand("instructions", include_str!("../migrations/0017_instructions.sql")),
    expand("compliance", include_str!("../migrations/0018_compliance.sql")),
    expand("sessions", include_str!("../migrations/0019_sessions.sql")),
    expand("subjects", include_str!("../migrations/0020_subjects.sql")),
    expand("standing", include_str!("../migrations/0021_standing.sql")),
];
