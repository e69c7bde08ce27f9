//! Proving the trail: whatever is changed past the gateway is found.

use cartola_crypto::jws::Algorithm;
use cartola_crypto::{ChainHead, ContentHash};
use cartola_engine::audit::read_anchor;
use cartola_engine::audit::{
    AnchorError, AnchorProblem, Anchored, Ledger, LedgerProblem, Verified,
};
use cartola_engine::imports::Upload;
use cartola_engine::matters::{Decision, NewMatter};
use cartola_engine::once::Reply;
use cartola_engine::vault::AUDIT_KEY;
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentData, ConsentKind, ConsentState, InstitutionId, MatterKind};
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId};
use cartola_primitives::{Rut, SignedDuration, date};
use cartola_store::Audit;
use cartola_store::audit::AuditRow;
use cartola_store::consents::{ConsentRow, ConsentSetRow};
use cartola_store::memory::Tampering;

use crate::world::{MAPPING, World, upload};

/// A world with a consent that holds, one that was revoked, and some more entries.
async fn lived_in() -> World {
    let world = World::new().await;
    let first = world.import(&["2;A;-100;900"]).await;
    world.import(&["2;A;-100;900", "3;B;-50;850"]).await;
    world.engine.revoke_consent(&world.who, first.consent, Reply::NONE).await.unwrap();
    world.engine.flush_accesses().await.unwrap();
    world
}

async fn verified(world: &World, kept: &[Anchored]) -> Verified {
    world.engine.verify_audit(world.who.tenant, kept, &mut |_| {}).await.unwrap()
}

/// What is found once somebody has changed something.
async fn found(world: &World, change: impl FnOnce(&mut Tampering)) -> Verified {
    let mut before = None;
    world.store.tamper(world.who.tenant, |rows| {
        let (consents, sets) = (rows.consents.clone(), rows.consent_sets.clone());
        before = Some((rows.audit.clone(), rows.anchors.clone(), consents, sets));
        change(rows);
    });
    let found = verified(world, &[]).await;
    let (audit, anchors, consents, sets) = before.unwrap();
    world.store.tamper(world.who.tenant, |rows| {
        (rows.audit, rows.anchors, rows.consents) = (audit, anchors, consents);
        rows.consent_sets = sets;
    });
    assert!(verified(world, &[]).await.is_whole(), "it was put back");
    found
}

/// Links every entry anew, as a forger would who knows the format.
fn relink(world: &World, rows: &mut [AuditRow]) {
    let mut head = ChainHead::start(world.who.tenant);
    for row in rows {
        head = head.followed_by(world.who.tenant, row.at, row.body.as_bytes());
        (row.sequence, row.hash) = (head.sequence, head.hash);
    }
}

fn pass_days(world: &World, days: i64) {
    world.clock.advance(SignedDuration::from_hours(24 * days));
}

#[tokio::test]
async fn every_byte_of_an_entry_is_proven() {
    let world = lived_in().await;
    let length = verified(&world, &[]).await.entries;
    for place in [0, usize::try_from(length).unwrap() / 2, usize::try_from(length).unwrap() - 1] {
        let mut rows = Vec::new();
        world.store.tamper(world.who.tenant, |all| rows = all.audit.clone());
        let row = rows[place].clone();
        let mut altered = Vec::new();
        for byte in 0..row.body.len() {
            let mut body = row.body.clone().into_bytes();
            body[byte] ^= 1;
            let Ok(body) = String::from_utf8(body) else { continue };
            altered.push(AuditRow { body, ..row.clone() });
        }
        for byte in 0..32 {
            let mut hash = *row.hash.as_bytes();
            hash[byte] ^= 1;
            let hash = cartola_crypto::ChainHash::from_bytes(hash);
            altered.push(AuditRow { hash, ..row.clone() });
        }
        let microsecond = SignedDuration::from_micros(1);
        altered.push(AuditRow { at: row.at + microsecond, ..row.clone() });
        altered.push(AuditRow { at: row.at - microsecond, ..row.clone() });
        altered.push(AuditRow { sequence: row.sequence + 1, ..row.clone() });
        altered.push(AuditRow { sequence: row.sequence.wrapping_sub(1), ..row.clone() });
        assert!(altered.len() > 100);
        for altered in altered {
            let told = format!("{altered:?}");
            let broken = found(&world, |rows| rows.audit[place] = altered).await;
            assert!(!broken.is_whole(), "{told}");
        }
    }
}

#[tokio::test]
async fn what_is_left_out_or_put_in_another_order_is_found() {
    let world = lived_in().await;
    let length = usize::try_from(verified(&world, &[]).await.entries).unwrap();
    for place in 0..length - 1 {
        let left_out = found(&world, |rows| drop(rows.audit.remove(place))).await;
        assert!(left_out.broken.is_some(), "{place}");
        let swapped = found(&world, |rows| rows.audit.swap(place, place + 1)).await;
        assert!(swapped.broken.is_some(), "{place}");
        let twice = found(&world, |rows| {
            let entry = rows.audit[place].clone();
            rows.audit.insert(place, entry);
        });
        assert!(twice.await.broken.is_some(), "{place}");
    }
}

/// Every state that a consent can be in, and others of the same kind.
fn states(state: ConsentState) -> impl Iterator<Item = ConsentState> {
    let hour = SignedDuration::from_hours(1);
    let granted_at = state.granted_at();
    let (at, end) = (granted_at + hour, Some(granted_at + hour));
    let all = [
        ConsentState::Granted { at: granted_at, expires_at: None },
        ConsentState::Granted { at: granted_at, expires_at: end },
        ConsentState::Granted { at, expires_at: None },
        ConsentState::Suspended { granted_at, expires_at: None },
        ConsentState::Suspended { granted_at, expires_at: end },
        ConsentState::Suspended { granted_at: at, expires_at: None },
        ConsentState::Revoked { granted_at, at },
        ConsentState::Revoked { granted_at: at, at },
        ConsentState::Expired { granted_at, at },
        ConsentState::Expired { granted_at: at, at },
    ];
    all.into_iter().filter(move |other| *other != state)
}

/// Every field of a consent's row, one after another. They are named, so that one that is added is
/// altered here too before this compiles.
fn altered_consents(row: &ConsentRow) -> Vec<ConsentRow> {
    let ConsentRow {
        // Another id is a consent that is missing, and one that was put in.
        id: _,
        kind,
        person,
        institution,
        link,
        purpose,
        evidence,
        recipient,
        data,
        state,
        version,
    } = row.clone();
    let (other_person, other_link) = (PersonId::from_bytes([9; 16]), LinkId::from_bytes([9; 16]));
    assert!(person != Some(other_person) && link != other_link);
    let kinds = ConsentKind::ALL.into_iter().filter(|other| *other != kind);
    let people = [None, Some(other_person)].into_iter().filter(|other| *other != person);
    let institutions = ["banco-bice", "banco-chile"].map(|id| InstitutionId::parse(id).unwrap());
    let institutions = institutions.into_iter().filter(|other| *other != institution);
    let hashes = (0..evidence.as_bytes().len()).map(|byte| {
        let mut bytes = *evidence.as_bytes();
        bytes[byte] ^= 1;
        ContentHash::from_bytes(bytes)
    });
    let recipients = [None, Some("Otra SpA".to_owned()), Some(String::new())];
    let recipients = recipients.into_iter().filter(|other| *other != recipient);
    let some = |names: &[&str]| ConsentData::parse(names.iter().copied());
    let extents = [None, some(&["movements"]), some(&["cards"]), some(&["movements", "cards"])];
    let extents = extents.into_iter().filter(|other| *other != data);
    let of = |change: &dyn Fn(&mut ConsentRow)| {
        let mut altered = row.clone();
        change(&mut altered);
        altered
    };
    let mut altered = vec![
        of(&|row| row.link = other_link),
        of(&|row| row.purpose = format!("{purpose}.")),
        of(&|row| row.purpose = String::new()),
        of(&|row| row.version = version + 1),
        of(&|row| row.version = version - 1),
    ];
    altered.extend(kinds.map(|kind| of(&|row| row.kind = kind)));
    altered.extend(people.map(|person| of(&|row| row.person = person)));
    altered.extend(institutions.map(|id| of(&|row| row.institution = id.clone())));
    altered.extend(hashes.map(|evidence| of(&|row| row.evidence = evidence)));
    altered.extend(recipients.map(|name| of(&|row| row.recipient.clone_from(&name))));
    altered.extend(extents.map(|data| of(&|row| row.data = data)));
    altered.extend(states(state).map(|state| of(&|row| row.state = state)));
    altered
}

fn consents(world: &World) -> Vec<ConsentRow> {
    let mut consents = Vec::new();
    world.store.tamper(world.who.tenant, |rows| consents.extend(rows.consents.values().cloned()));
    consents
}

#[tokio::test]
async fn every_field_of_a_consent_is_proven() {
    let world = lived_in().await;
    assert_eq!(consents(&world).len(), 2);
    assert_eq!(verified(&world, &[]).await.consents.proven, 2);
    check_fields(&world).await;
    let rut = Some(Rut::parse("11.111.111-1").unwrap());
    let text = "No quiero.".to_owned();
    let block = NewMatter { kind: MatterKind::Block, rut, text, contact: None, breach: None };
    world.engine.open_matter(&world.who, &block, Reply::NONE).await.unwrap();
    let is_suspended = |row: &ConsentRow| matches!(row.state, ConsentState::Suspended { .. });
    assert!(consents(&world).iter().any(is_suspended));
    check_fields(&world).await;
}

async fn check_fields(world: &World) {
    for row in consents(world) {
        for altered in altered_consents(&row) {
            let told = format!("{altered:?}");
            assert_ne!(altered, row, "{told}");
            let problem = found(world, |rows| drop(rows.consents.insert(row.id, altered))).await;
            assert_eq!(problem.consents.problem, Some(LedgerProblem::Altered(row.id)), "{told}");
        }
        let gone = found(world, |rows| drop(rows.consents.remove(&row.id))).await;
        assert_eq!(gone.consents.problem, Some(LedgerProblem::Missing(row.id)));
        let other = ConsentId::from_bytes([1; 16]);
        let put_in = ConsentRow { id: other, ..row };
        let found = found(world, |rows| drop(rows.consents.insert(other, put_in))).await;
        assert_eq!(found.consents.problem, Some(LedgerProblem::PutIn(other)));
    }
}

fn sets(world: &World) -> Vec<ConsentSetRow> {
    let mut sets = Vec::new();
    let all = |rows: &mut Tampering| sets.extend(rows.consent_sets.values().copied());
    world.store.tamper(world.who.tenant, all);
    sets
}

/// They decide what is served: a revoked consent among them is one thing, a list that names another
/// consent another.
#[tokio::test]
async fn every_list_of_consents_is_proven() {
    let world = lived_in().await;
    let kept = sets(&world);
    assert!(kept.iter().any(|set| set.rest.is_some()), "{kept:?}");
    assert_eq!(verified(&world, &[]).await.consents.sets, kept.len() as u64);
    let (consent, other) = (ConsentId::from_bytes([1; 16]), ConsentSetId::from_bytes([1; 16]));
    for set in &kept {
        let ConsentSetRow { id, consent: _, rest } = *set;
        let rests = [None, Some(other), Some(id)].into_iter().filter(|other| *other != rest);
        let mut altered: Vec<_> = rests.map(|rest| ConsentSetRow { rest, ..*set }).collect();
        altered.push(ConsentSetRow { consent, ..*set });
        for row in altered {
            let altered = |rows: &mut Tampering| {
                rows.consent_sets.insert(id, row);
            };
            let problem = found(&world, altered).await;
            assert_eq!(problem.consents.problem, Some(LedgerProblem::SetAltered(id)), "{row:?}");
        }
        let gone = found(&world, |rows| rows.consent_sets.retain(|other, _| *other != id)).await;
        assert_eq!(gone.consents.problem, Some(LedgerProblem::SetMissing(id)));
    }
    let put_in = |rows: &mut Tampering| {
        rows.consent_sets.insert(other, ConsentSetRow { id: other, ..kept[0] });
    };
    let unproven = found(&world, put_in).await.consents;
    assert_eq!((unproven.unproven_sets, unproven.problem), (1, None), "no anchor says all is told");
    world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    let problem = found(&world, put_in).await.consents.problem;
    assert_eq!(problem, Some(LedgerProblem::SetPutIn(other)));
}

/// A trail as it was before its entries had hashes of consents, and told of lists.
fn forget_ledger(world: &World) {
    world.store.tamper(world.who.tenant, |rows| {
        for row in &mut rows.audit {
            let mut event: AuditEvent = serde_json::from_str(&row.body).unwrap();
            event.details.retain(|(name, _)| name != "row" && name != "consent_sets");
            row.body = serde_json::to_string(&event).unwrap();
        }
        relink(world, &mut rows.audit);
    });
}

#[tokio::test]
async fn what_stood_before_the_trail_told_of_it_is_recorded_with_the_next_anchor() {
    let world = lived_in().await;
    forget_ledger(&world);
    let lists = sets(&world).len() as u64;
    let before = verified(&world, &[]).await;
    let unproven = Ledger { unproven: 2, unproven_sets: lists, ..Ledger::default() };
    assert_eq!((before.is_whole(), before.consents), (true, unproven));
    world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    let after = verified(&world, &[]).await;
    let proven = Ledger { proven: 2, sets: lists, ..Ledger::default() };
    assert_eq!((after.is_whole(), after.consents), (true, proven));
    check_fields(&world).await;
    world.import(&["5;C;-10;840"]).await;
    world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    let audited = world.audited().await;
    let times = |action: &str| audited.iter().filter(|known| *known == action).count();
    assert_eq!((times("consent.recorded"), times("consent_set.recorded")), (2, 1));
}

#[tokio::test]
async fn every_byte_of_a_sealed_value_is_proven() {
    let world = lived_in().await;
    let tenant = world.who.tenant;
    let mut kept = None;
    world.store.tamper(tenant, |rows| kept = rows.people.values().next().cloned());
    let kept = kept.expect("the file names its holder");
    let opened = world.engine.rut_with(tenant, kept.id).await.unwrap();
    assert_eq!(opened.unwrap().compact(), "11111111-1");
    // Nonce, ciphertext and tag are all of its bytes.
    for byte in 0..kept.sealed.bytes.len() {
        let mut altered = kept.clone();
        altered.sealed.bytes[byte] ^= 1;
        world.store.tamper(tenant, |rows| drop(rows.people.insert(kept.id, altered)));
        assert!(world.engine.rut_with(tenant, kept.id).await.is_err(), "byte {byte}");
    }
    let mut altered = kept.clone();
    altered.sealed.schema += 1;
    world.store.tamper(tenant, |rows| drop(rows.people.insert(kept.id, altered)));
    assert!(world.engine.rut_with(tenant, kept.id).await.is_err(), "another schema");
    let mut cut = kept.clone();
    cut.sealed.bytes.pop();
    world.store.tamper(tenant, |rows| drop(rows.people.insert(kept.id, cut)));
    assert!(world.engine.rut_with(tenant, kept.id).await.is_err(), "cut off");
}

/// The look-ups that find people stand in plain beside what is sealed, and are bound to it by what is in
/// it alone.
#[tokio::test]
async fn people_whose_look_ups_were_swapped_are_not_taken_for_each_other() {
    let world = lived_in().await;
    let (one, other) = ("11.111.111-1", "12.345.678-5");
    let upload = Upload {
        mapping: Some(MAPPING.replace(one, other).replace("45678-90", "99999-90")),
        ..upload(&["7;D;-10;90"])
    };
    world.try_import(upload).await.unwrap();
    let person =
        async |rut: &str| world.engine.person_with(&world.who, Rut::parse(rut).unwrap()).await;
    assert!(person(one).await.unwrap() != person(other).await.unwrap());
    world.store.tamper(world.who.tenant, |rows| {
        let mut people = rows.people.values_mut();
        let (first, second) = (people.next().unwrap(), people.next().unwrap());
        std::mem::swap(&mut first.lookup, &mut second.lookup);
    });
    for rut in [one, other] {
        let refused = person(rut).await.unwrap_err().to_string();
        assert!(refused.contains("a RUT that is not theirs"), "{refused}");
    }
    let movements = world.movements().await.len();
    // Of an account that is known, its row says whose it is.
    let mapping = MAPPING.replace(one, other).replace("45678-90", "77777-90");
    let new = Upload { mapping: Some(mapping), ..self::upload(&["8;E;-10;80"]) };
    assert!(world.try_import(new).await.is_err(), "it would be kept as somebody else's");
    assert_eq!(world.movements().await.len(), movements);
}

/// Nobody is asked about, blocked or erased as somebody else.
#[tokio::test]
async fn a_matter_of_people_whose_look_ups_were_swapped_is_not_decided() {
    let world = lived_in().await;
    let (one, other) = ("11.111.111-1", "12.345.678-5");
    let mapping = Some(MAPPING.replace(one, other).replace("45678-90", "99999-90"));
    world.try_import(Upload { mapping, ..upload(&["7;D;-10;90"]) }).await.unwrap();
    let asked = crate::matters::ask(&world, MatterKind::Erasure, one).await;
    world.store.tamper(world.who.tenant, |rows| {
        let mut people = rows.people.values_mut();
        let (first, second) = (people.next().unwrap(), people.next().unwrap());
        std::mem::swap(&mut first.lookup, &mut second.lookup);
    });
    let movements = world.movements().await.len();
    let refused = crate::matters::decide(&world, &asked, Decision::Grant).await.unwrap_err();
    assert!(refused.to_string().contains("a RUT that is not theirs"), "{refused}");
    for kind in [MatterKind::Access, MatterKind::Block] {
        let text = "Pido lo que la ley me da.".to_owned();
        let rut = Some(Rut::parse(other).unwrap());
        let new = NewMatter { kind, rut, text, contact: None, breach: None };
        let refused = world.engine.open_matter(&world.who, &new, Reply::NONE).await.unwrap_err();
        assert!(refused.to_string().contains("a RUT that is not theirs"), "{refused}");
    }
    assert_eq!(world.movements().await.len(), movements);
}

#[tokio::test]
async fn a_day_on_which_a_trail_has_grown_gets_one_anchor() {
    let world = lived_in().await;
    let last = async || world.store.last_anchor(world.who.tenant).await.unwrap();
    // The day is not over.
    let round = world.engine.anchor_day().await.unwrap();
    assert_eq!((round.day, &round.made[..], round.broken), (date(2026, 4, 9), &[][..], 0));
    assert_eq!(last().await, None);
    let entries = verified(&world, &[]).await.entries;
    pass_days(&world, 1);
    let mut made = Vec::new();
    for _ in 0..3 {
        made.extend(world.engine.anchor_day().await.unwrap().made);
    }
    let first = last().await.expect("the tenth is over");
    assert_eq!(made, [(world.who.tenant, first.clone())], "it is told once");
    assert_eq!((first.number, first.day, first.sequence), (1, date(2026, 4, 10), entries));
    // The anchor's own entry is no reason for another one.
    for _ in 0..3 {
        pass_days(&world, 1);
        world.engine.anchor_day().await.unwrap();
    }
    assert_eq!(last().await, Some(first));
    world.import(&["5;C;-10;840"]).await;
    pass_days(&world, 2);
    world.engine.anchor_day().await.unwrap();
    let second = last().await.unwrap();
    assert_eq!((second.number, second.day), (2, date(2026, 4, 15)));
    let whole = verified(&world, &[]).await;
    assert!(whole.is_whole(), "{whole:?}");
    assert_eq!(whole.anchors, 2);
}

/// Whoever knows the format and can rewrite every row, the head too, but has no master key.
#[tokio::test]
async fn a_rewritten_trail_does_not_agree_with_its_anchors() {
    let world = lived_in().await;
    let anchor = world.engine.make_anchor(world.who.tenant).await.unwrap().expect("it has grown");
    let mut rewritten = Vec::new();
    world.store.tamper(world.who.tenant, |rows| rewritten = rows.audit.clone());
    rewritten[1].body = rewritten[1].body.replace("operator", "somebody");
    relink(&world, &mut rewritten);
    let problem = found(&world, |rows| rows.audit = rewritten.clone()).await;
    assert_eq!(problem.broken, None, "it is whole in itself");
    assert_eq!(problem.anchor_problem, Some(AnchorProblem::Rewritten(anchor.sequence)));
    let problem = found(&world, |rows| {
        rows.audit = rewritten.clone();
        let at = usize::try_from(anchor.sequence).unwrap() - 1;
        rows.anchors[0].hash = rewritten[at].hash;
    });
    assert_eq!(problem.await.anchor_problem, Some(AnchorProblem::Forged(1)));
    let problem = found(&world, |rows| rows.anchors.clear()).await;
    assert_eq!(problem.anchor_problem, Some(AnchorProblem::Missing(1)));
    let cut = found(&world, |rows| rows.audit.truncate(3)).await;
    assert_eq!(cut.anchor_problem, Some(AnchorProblem::CutOff(anchor.sequence)));
}

/// Everything is set back to a day before, anchors included: found by what was kept elsewhere alone.
#[tokio::test]
async fn a_store_that_was_set_back_does_not_agree_with_an_anchor_that_was_kept() {
    let world = lived_in().await;
    let key = world.engine.audit_verifying_key().await.unwrap();
    let anchor = world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    let kept = [read_anchor(&key, &anchor.signed).unwrap()];
    assert!(verified(&world, &kept).await.is_whole());
    world.store.tamper(world.who.tenant, |rows| {
        rows.audit.truncate(3);
        rows.anchors.clear();
        rows.consents.clear();
    });
    assert_eq!(verified(&world, &[]).await.anchor_problem, None);
    let problem = verified(&world, &kept).await.anchor_problem;
    assert_eq!(problem, Some(AnchorProblem::CutOff(anchor.sequence)));
}

#[tokio::test]
async fn no_anchor_says_that_a_broken_trail_is_whole() {
    let world = lived_in().await;
    world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    world.import(&["5;C;-10;840"]).await;
    world.store.tamper(world.who.tenant, |rows| {
        let last = rows.audit.len() - 2;
        rows.audit[last].body.push(' ');
    });
    let refused = world.engine.make_anchor(world.who.tenant).await;
    assert!(matches!(refused, Err(AnchorError::Broken(_))), "{refused:?}");
    pass_days(&world, 1);
    assert_eq!(world.engine.anchor_day().await.unwrap().broken, 1, "it is counted");
}

/// Everything behind an anchor is gone, its own entry too, or stands there written anew.
#[tokio::test]
async fn a_trail_that_was_cut_behind_its_last_anchor_gets_no_further_one() {
    let world = lived_in().await;
    let anchor = world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    world.import(&["5;C;-10;840"]).await;
    let (mut kept, place) = (Vec::new(), usize::try_from(anchor.sequence).unwrap());
    world.store.tamper(world.who.tenant, |rows| kept = rows.audit.clone());
    for length in [0, 3, place - 1, place] {
        world.store.tamper(world.who.tenant, |rows| rows.audit.truncate(length));
        let refused = world.engine.make_anchor(world.who.tenant).await;
        assert!(matches!(refused, Err(AnchorError::Broken(_))), "{length}: {refused:?}");
        world.store.tamper(world.who.tenant, |rows| rows.audit = kept.clone());
    }
    // Without the anchor's own entry, and whole in itself.
    let mut rewritten = kept.clone();
    rewritten.remove(place);
    relink(&world, &mut rewritten);
    let problem = found(&world, |rows| rows.audit = rewritten.clone()).await.anchor_problem;
    assert_eq!(problem, Some(AnchorProblem::Unrecorded(1)));
    world.store.tamper(world.who.tenant, |rows| rows.audit = rewritten);
    pass_days(&world, 1);
    assert_eq!(world.engine.anchor_day().await.unwrap().broken, 1);
    world.store.tamper(world.who.tenant, |rows| {
        rows.audit = kept;
        rows.anchors.clear();
    });
    let refused = world.engine.make_anchor(world.who.tenant).await;
    let missing = AnchorProblem::Missing(1);
    assert!(matches!(refused, Err(AnchorError::Anchors(found)) if found == missing), "{refused:?}");
}

/// Whoever removes the key that has signed would have the next process make one that signs what was
/// rewritten meanwhile.
#[tokio::test]
async fn no_other_key_takes_the_place_of_one_that_has_signed_anchors() {
    let world = lived_in().await;
    let seed = std::cell::Cell::new(7);
    let open = async || {
        seed.set(seed.get() + 1);
        world.try_another(seed.get(), Algorithm::default()).await
    };
    world.store.forget_secret(AUDIT_KEY);
    open().await.expect("nothing was signed");
    world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    open().await.expect("the key is there");
    world.store.forget_secret(AUDIT_KEY);
    let refused = open().await.err().expect("it has signed").to_string();
    assert!(refused.contains("put `audit_key` of installation_secret back"), "{refused}");
}

/// An anchor that somebody else has signed, or that was altered, is none.
#[tokio::test]
async fn an_anchor_is_signed_by_the_gateway_itself() {
    let world = lived_in().await;
    let anchor = world.engine.make_anchor(world.who.tenant).await.unwrap().unwrap();
    let key = world.engine.audit_verifying_key().await.unwrap();
    let read = read_anchor(&key, &anchor.signed).unwrap();
    assert_eq!((read.number, read.sequence, read.hash), (1, anchor.sequence, anchor.hash));
    for place in 0..anchor.signed.len() {
        let mut altered = anchor.signed.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert!(read_anchor(&key, &altered).is_err(), "{place}");
    }
}

/// What was kept of two people because a law says so is to be erased; of one, what was decided cannot be
/// read.
#[tokio::test]
async fn a_damaged_matter_keeps_nobody_else_from_being_erased() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let (engine, who) = (&world.engine, &world.who);
    let mut asked = Vec::new();
    for (seed, rut) in (1..).zip(["11.111.111-1", "12.345.678-5"]) {
        let rut = Rut::parse(rut).unwrap();
        phones.enrol(rut, &crate::authorizations::OwnPhone::new(seed)).await;
        let (kind, text) = (MatterKind::Erasure, "Bórrenme.".to_owned());
        let new = NewMatter { kind, rut: Some(rut), text, contact: None, breach: None };
        let opened = engine.open_matter(who, &new, Reply::NONE).await.unwrap().matter;
        let decided = (&Decision::Grant, "se borra");
        let matter = engine.decide_matter(who, opened.row.id, decided, Reply::NONE).await.unwrap();
        asked.push((rut, matter.row));
    }
    let due = asked.iter().map(|(_, row)| row.standing.due_at).max().unwrap();
    world.clock.advance(due.duration_since(engine.now()) + SignedDuration::from_secs(1));
    world.store.tamper(who.tenant, |rows| {
        let row = rows.matters.get_mut(&asked[0].1.id).unwrap();
        row.standing.content.bytes[13] ^= 1;
    });
    assert_eq!(engine.erase_retained().await.unwrap(), 1);
    assert!(engine.person_with(who, asked[0].0).await.unwrap().is_some());
    assert_eq!(engine.person_with(who, asked[1].0).await.unwrap(), None);
}
