//! Instructions.

use cartola_model::{
    Challenge, ChallengeKind, Failure, InstructionKind, InstructionStanding, InstructionState,
    PaymentFailure, TransferFailure,
};

use super::Backend;
use super::fixtures::at;
use super::pages::check_list;
use super::scene::Scene;
use crate::instructions::{
    InstructionChange, InstructionFilter, InstructionProgress, InstructionRow,
};
use crate::jobs::{Continuation, JobKind};
use crate::{Command, MAX_PAGE};

fn instruction(scene: &Scene) -> InstructionRow {
    scene.make.instruction(scene.link.id, scene.consent.id)
}

async fn find(scene: &Scene, row: &InstructionRow) -> Option<InstructionRow> {
    scene.store.instruction(scene.make.tenant, row.id).await.expect("a read")
}

async fn add(scene: &Scene, row: &InstructionRow) {
    scene.apply(Command::AddInstruction(Box::new(row.clone()))).await;
}

fn change(row: &InstructionRow, standing: &InstructionProgress) -> Command {
    let standing = standing.clone();
    let change = InstructionChange { id: row.id, expected: row.version, standing };
    Command::ChangeInstruction(Box::new(change))
}

/// One in every state.
pub(super) fn states() -> Vec<InstructionState> {
    let (since, cause) = (at(5), Failure::ProviderAnswerInvalid);
    let challenge =
        Challenge { kind: ChallengeKind::App, expires_at: at(300), attempts_left: Some(2) };
    vec![
        InstructionState::Requested,
        InstructionState::Submitting,
        InstructionState::Challenged(challenge),
        InstructionState::Settling,
        InstructionState::Available { expires_at: at(900) },
        InstructionState::InDoubt { since, cause },
        InstructionState::Cancelling,
        InstructionState::Completed { at: at(6) },
        InstructionState::Claimed { at: at(7) },
        InstructionState::Expired { at: at(8) },
        InstructionState::Cancelled { at: at(9) },
        InstructionState::Failed {
            at: at(9),
            reason: PaymentFailure::Refused(TransferFailure::Denied),
        },
    ]
}

/// An instruction comes back with all its parts, the absent ones absent.
pub async fn an_instruction_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut plain =
        InstructionRow { kind: InstructionKind::Beneficiary, amount: None, ..instruction(&scene) };
    plain.standing.credentials = None;
    let mut full = InstructionRow { person: Some(scene.person.id), ..instruction(&scene) };
    full.standing.code = Some(scene.make.sealed("code"));
    full.standing.bank_reference = Some("GIRO1".to_owned());
    full.standing.continuation = Some(Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("contract.next").expect("a sound name"),
        arguments: Some(scene.make.sealed("arguments")),
    });
    for row in [&plain, &full] {
        assert_eq!(find(&scene, row).await, None);
        add(&scene, row).await;
        assert_eq!(find(&scene, row).await.as_ref(), Some(row));
        scene.conflicts(Command::AddInstruction(Box::new(row.clone()))).await;
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let of_case = store.instruction_of_case(tenant, &full.case.key).await.expect("a read");
    assert_eq!(of_case.as_ref(), Some(&full));
    let unknown = scene.make.fresh_digest();
    assert_eq!(store.instruction_of_case(tenant, &unknown).await.expect("a read"), None);
}

/// Every state comes back as it was set, each change in the version that it was decided on.
pub async fn an_instruction_changes_in_its_expected_version_only(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut row = instruction(&scene);
    scene.conflicts(change(&row, &row.standing)).await;
    add(&scene, &row).await;
    for state in states() {
        let before = row.clone();
        let code = (row.version % 2 == 1).then(|| scene.make.sealed("code"));
        row.standing = InstructionProgress {
            state,
            changed_at: at(i64::from(row.version)),
            order: scene.make.sealed("another order"),
            credentials: None,
            code,
            ..row.standing
        };
        scene.apply(change(&before, &row.standing)).await;
        row.version += 1;
        assert_eq!(find(&scene, &row).await.as_ref(), Some(&row));
        scene.conflicts(change(&before, &row.standing)).await;
    }
}

/// Ids, cases and end-to-end ids are unique within a tenant.
pub async fn what_names_an_instruction_is_unique(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let first = instruction(&scene);
    add(&scene, &first).await;
    let others = [
        InstructionRow { id: first.id, ..instruction(&scene) },
        InstructionRow { end_to_end: first.end_to_end, ..instruction(&scene) },
        InstructionRow { case: first.case, ..instruction(&scene) },
    ];
    for row in others {
        scene.conflicts(Command::AddInstruction(Box::new(row))).await;
    }
    let other = Scene::of_tenant(&backend, 2).await;
    add(&other, &first).await;
}

/// Pages are by id, of one kind, and of those that stand so or are about somebody where that is asked.
pub async fn instructions_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let somebody = scene.make.fresh_digest();
    let mut rows = Vec::new();
    for nth in 0..9 {
        let mut row = instruction(&scene);
        row.kind = InstructionKind::ALL[nth % 2];
        if nth % 3 == 0 {
            row.standing.state = InstructionState::Settling;
            row.about = somebody;
        }
        add(&scene, &row).await;
        rows.push(row);
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let standings = [None, Some(InstructionStanding::Settling), Some(InstructionStanding::Failed)];
    for kind in InstructionKind::ALL {
        for (standing, about) in
            standings.into_iter().flat_map(|each| [(each, None), (each, Some(somebody))])
        {
            let is_wanted = |row: &&InstructionRow| {
                row.kind == kind
                    && standing.is_none_or(|standing| row.standing.state.standing() == standing)
                    && about.is_none_or(|about| row.about == about)
            };
            let expected: Vec<_> = rows.iter().filter(is_wanted).cloned().collect();
            let filter = InstructionFilter { kind, standing, about };
            let list = async |after, limit| store.instructions(tenant, filter, after, limit).await;
            check_list(&expected, list).await;
        }
    }
}

/// A person's are listed alone, of every kind.
pub async fn instructions_of_a_person_are_listed_alone(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let person = scene.person.id;
    let mut theirs = Vec::new();
    for nth in 0..9 {
        let person = [Some(person), None, Some(scene.make.id())][nth % 3];
        let kind = InstructionKind::ALL[nth / 3];
        let row = InstructionRow { kind, person, ..instruction(&scene) };
        add(&scene, &row).await;
        theirs.extend((nth % 3 == 0).then_some(row));
    }
    let (store, tenant) = (&scene.store, scene.make.tenant);
    let list =
        async |after, limit| store.instructions_of_person(tenant, person, after, limit).await;
    check_list(&theirs, list).await;
    let other = Scene::of_tenant(&backend, 2).await.make.tenant;
    let page = store.instructions_of_person(other, person, None, MAX_PAGE).await.expect("a read");
    assert_eq!(page.rows, []);
}
