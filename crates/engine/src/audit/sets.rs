//! Lists of consents as the trail says that they are.
//!
//! What is served is decided by the lists that movements and accounts name ([`ConsentSetRow`]), so
//! whoever changes one past the gateway has data served that nobody consented to. A list is never changed
//! once it is there: the entry of what added it tells all of it, as its detail `consent_sets`.

use std::collections::HashMap;

use cartola_model::audit::AuditEvent;
use cartola_primitives::id::{ConsentId, ConsentSetId};
use cartola_store::consents::ConsentSetRow;

/// The detail that tells of lists: `LIST:CONSENT:REST`, with a blank between two; `REST` is `-` where there
/// is none.
const SETS: &str = "consent_sets";

/// What an entry holds that has this detail, and no other does: quotes in words are escaped.
const WITH_SETS: &str = r#"["consent_sets",""#;

/// Lists that one entry tells of at most: some kilobytes.
pub(super) const MAX_SETS_AN_ENTRY: usize = 64;

/// An event that tells of the lists that are added with it; further ones follow it where there are more
/// of them than go into one entry.
pub(crate) fn telling_of_sets(event: AuditEvent, sets: &[ConsentSetRow]) -> Vec<AuditEvent> {
    let (actor, subject) = (event.actor.clone(), event.subject.clone());
    let mut chunks = sets.chunks(MAX_SETS_AN_ENTRY);
    let first = match chunks.next() {
        Some(chunk) => event.with(SETS, written(chunk)),
        None => event,
    };
    let further = |chunk| AuditEvent::once(ADDED, &actor, &subject).with(SETS, written(chunk));
    std::iter::once(first).chain(chunks.map(further)).collect()
}

/// The entry of lists that are added where nothing else is told.
pub(crate) const ADDED: &str = "consent_set.added";

fn written(sets: &[ConsentSetRow]) -> String {
    let one = |set: &ConsentSetRow| {
        let rest = set.rest.map_or_else(|| "-".to_owned(), |rest| rest.to_string());
        format!("{}:{}:{rest}", set.id, set.consent)
    };
    sets.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What the trail says of lists.
pub(super) type Told = HashMap<ConsentSetId, (ConsentId, Option<ConsentSetId>)>;

/// Whether an entry tells of any.
pub(super) fn tells(body: &str) -> bool {
    body.contains(WITH_SETS)
}

/// Takes down what an entry tells.
pub(super) fn note(event: &AuditEvent, told: &mut Told) {
    let details = event.details.iter().filter(|(name, _)| name == SETS);
    let sets = details.flat_map(|(_, value)| value.split(' ')).filter_map(read);
    told.extend(sets.map(|set| (set.id, (set.consent, set.rest))));
}

fn read(text: &str) -> Option<ConsentSetRow> {
    let (id, others) = text.split_once(':')?;
    let (consent, rest) = others.split_once(':')?;
    let rest = match rest {
        "-" => None,
        rest => Some(rest.parse().ok()?),
    };
    Some(ConsentSetRow { id: id.parse().ok()?, consent: consent.parse().ok()?, rest })
}
