//! Lists of movements: filters, orders and pages.

use cartola_model::MovementStatus;
use cartola_model::glosa::fold;
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Money};

use super::Backend;
use super::fixtures::march;
use super::movements::{change_to, changed};
use super::scene::{Scene, everything};
use crate::movements::{FeedChange, MAX_SCAN, MovementKey, MovementQuery, MovementRow, Order};
use crate::{Command, MAX_PAGE, Page};

/// Movements of a population.
const POPULATION: usize = 90;

const GLOSAS: [&str; 5] =
    ["PAGO EN SERVIPAG", "Traspaso a: José", "COMPRA NACIONAL", "pago  Ñuñoa", "TEF DE MARÍA"];

/// Movements of two accounts with every kind of difference, and whether each may be seen.
struct Population {
    rows: Vec<(MovementRow, bool)>,
    other_account: AccountId,
}

impl Population {
    async fn add_to(scene: &Scene) -> Self {
        let (ended, ended_set) = scene.add_consent(None).await;
        scene.revoke(&ended).await;
        let other = scene.make.account(scene.link.id, scene.set.id);
        scene.apply(Command::AddAccount(other.clone())).await;
        let rows: Vec<(MovementRow, bool)> = (0..POPULATION)
            .map(|place| {
                let shown = place % 11 != 3;
                let account = if place % 3 == 0 { other.id } else { scene.account.id };
                let set = if shown { scene.set.id } else { ended_set.id };
                (vary(place, scene.make.movement(account, set)), shown)
            })
            .collect();
        // Neither the order of ids nor that of days.
        let mut shuffled: Vec<MovementRow> = rows.iter().map(|(row, _)| row.clone()).collect();
        shuffled.sort_by_key(|row| row.movement.amount.minor());
        scene.apply(Command::AddMovements(shuffled)).await;
        Self { rows, other_account: other.id }
    }

    /// What the query must find, whatever its pages.
    fn search(&self, query: &MovementQuery) -> Vec<MovementRow> {
        let mut found: Vec<MovementRow> = self
            .rows
            .iter()
            .filter(|(row, shown)| *shown && matches(row, query))
            .map(|(row, _)| row.clone())
            .collect();
        found.sort_by_key(key);
        if query.order == Order::NewestFirst {
            found.reverse();
        }
        found
    }
}

fn vary(place: usize, mut row: MovementRow) -> MovementRow {
    let spread = i64::try_from(place * 5 % 8).expect("a small number");
    row.movement.booked_on = march(1 + i8::try_from(place * 7 % 10).expect("a small number"));
    row.movement.amount = Money::new((spread - 4) * 1_000, Currency::CLP);
    GLOSAS[place % GLOSAS.len()].clone_into(&mut row.movement.glosa);
    row.movement.status = match place % 7 {
        2 => MovementStatus::Pending,
        5 => MovementStatus::Removed,
        _ => MovementStatus::Booked,
    };
    row
}

fn matches(row: &MovementRow, query: &MovementQuery) -> bool {
    let movement = &row.movement;
    let amount = movement.amount.minor();
    let text = query.text.as_deref().unwrap_or("");
    query.account.is_none_or(|account| movement.account == account)
        && query.from.is_none_or(|from| from <= movement.booked_on)
        && query.to.is_none_or(|to| movement.booked_on <= to)
        && query.min_amount.is_none_or(|least| least <= amount)
        && query.max_amount.is_none_or(|most| amount <= most)
        && fold(&movement.glosa).contains(&fold(text))
        && query
            .status
            .map_or(movement.status != MovementStatus::Removed, |status| movement.status == status)
}

fn key(row: &MovementRow) -> MovementKey {
    MovementKey { booked_on: row.movement.booked_on, id: row.movement.id }
}

/// Follows the pages to the end.
async fn walk(scene: &Scene, query: &MovementQuery) -> Vec<MovementRow> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let Page { rows, next } = scene.page(&query).await;
        assert!(rows.len() <= query.limit.clamp(1, MAX_PAGE), "the page is too long");
        found.extend(rows);
        assert!(found.len() <= MAX_SCAN, "the pages have no end");
        let Some(next) = next else { return found };
        query.after = Some(next);
    }
}

/// Every combination of filters in both orders finds what a search through all rows finds.
pub async fn every_filter_agrees_with_a_plain_search(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let population = Population::add_to(&scene).await;
    for query in combinations(&scene, &population) {
        assert_eq!(walk(&scene, &query).await, population.search(&query), "{query:?}");
    }
}

fn combinations(scene: &Scene, population: &Population) -> Vec<MovementQuery> {
    let accounts = [None, Some(scene.account.id), Some(population.other_account)];
    let days =
        [(None, None), (Some(3), None), (None, Some(7)), (Some(4), Some(6)), (Some(6), Some(4))];
    let amounts = [(None, None), (Some(-2_000), Some(2_000))];
    let texts = [None, Some("pago")];
    let states = [
        None,
        Some(MovementStatus::Booked),
        Some(MovementStatus::Pending),
        Some(MovementStatus::Removed),
    ];
    let mut queries = Vec::new();
    for account in accounts {
        for (from, to) in days {
            for (min_amount, max_amount) in amounts {
                for (text, status) in texts.iter().flat_map(|text| states.map(|s| (text, s))) {
                    let query = MovementQuery {
                        account,
                        from: from.map(march),
                        to: to.map(march),
                        min_amount,
                        max_amount,
                        text: text.map(str::to_owned),
                        status,
                        limit: 7,
                        ..everything()
                    };
                    queries.push(MovementQuery { order: Order::OldestFirst, ..query.clone() });
                    queries.push(query);
                }
            }
        }
    }
    queries
}

/// Pages of every size put together are the list.
pub async fn pages_have_neither_repeats_nor_holes(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let population = Population::add_to(&scene).await;
    for account in [None, Some(scene.account.id)] {
        for order in [Order::NewestFirst, Order::OldestFirst] {
            for limit in [0, 1, 2, 5, POPULATION, usize::MAX] {
                let query = MovementQuery { account, order, limit, ..everything() };
                assert_eq!(walk(&scene, &query).await, population.search(&query), "{query:?}");
            }
        }
    }
}

/// Movements that come while somebody turns pages neither repeat nor hide others; those that come
/// behind the present page are not shown, those before it are.
pub async fn pages_hold_while_movements_are_added(backend: Backend) {
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let seed = if order == Order::NewestFirst { 1 } else { 2 };
        let scene = Scene::of_tenant(&backend, seed).await;
        let population = Population::add_to(&scene).await;
        let mut query = MovementQuery { order, limit: 4, ..everything() };
        let expected = population.search(&query);
        let mut found = Vec::new();
        loop {
            let page = scene.page(&query).await;
            found.extend(page.rows);
            if page.next.is_none() {
                break;
            }
            query.after = page.next;
            // One on the first day and one after the last: behind us and before us.
            for day in [1, 11] {
                let mut row = scene.movement();
                row.movement.booked_on = march(day);
                scene.apply(Command::AddMovements(vec![row])).await;
            }
        }
        let known = |row: &&MovementRow| expected.contains(row);
        assert_eq!(found.iter().filter(known).cloned().collect::<Vec<_>>(), expected);
        assert!(found.len() > expected.len(), "what came before us is missing");
        let mut keys: Vec<_> = found.iter().map(key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), found.len(), "a movement is shown twice");
    }
}

/// A page goes on from a movement that has gone elsewhere meanwhile.
pub async fn a_position_that_was_removed_still_goes_on(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let rows = scene.add_movements(4).await;
    let query = MovementQuery { limit: 2, ..everything() };
    let first = scene.page(&query).await;
    assert_eq!(first.rows, [rows[3].clone(), rows[2].clone()]);
    let moved = changed(&rows[2], |next| next.movement.booked_on = march(31));
    scene.apply(change_to(&moved, FeedChange::Modified)).await;
    let second = scene.page(&MovementQuery { after: first.next, ..query }).await;
    assert_eq!(second.rows, [rows[1].clone(), rows[0].clone()]);
}

/// A position before the first day or after the last is a place to go on from, and no more.
pub async fn a_position_outside_the_days_does_not_widen_them(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let population = Population::add_to(&scene).await;
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let (from, to) = (Some(march(4)), Some(march(6)));
        let query = MovementQuery { from, to, order, ..everything() };
        let all = population.search(&query);
        assert!(!all.is_empty(), "there is something to find");
        let (ahead, behind) = match order {
            Order::NewestFirst => (march(31), march(1)),
            Order::OldestFirst => (march(1), march(31)),
        };
        for (booked_on, expected) in [(ahead, &all[..]), (behind, &[])] {
            let after = Some(MovementKey { booked_on, id: scene.make.id() });
            let query = MovementQuery { after, ..query.clone() };
            assert_eq!(walk(&scene, &query).await, expected, "{query:?}");
        }
    }
}

async fn check_text(scene: &Scene, text: &str, expected: &[&MovementRow]) {
    let query = MovementQuery { text: Some(text.to_owned()), ..everything() };
    let found = walk(scene, &query).await;
    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text:?}");
}

async fn add_glosas<const N: usize>(scene: &Scene, glosas: [&str; N]) -> [MovementRow; N] {
    let rows = glosas.map(|glosa| {
        let mut row = scene.movement();
        glosa.clone_into(&mut row.movement.glosa);
        row
    });
    scene.apply(Command::AddMovements(rows.to_vec())).await;
    rows
}

/// Case, accents and runs of blanks make no difference, on either side.
pub async fn text_is_found_without_case_and_accents(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [shout, quiet, other] =
        add_glosas(&scene, ["PAGO  NUNOA", "pago ñuñoa Ltda", "TRASPASO"]).await;
    for text in ["ñuñoa", "NUNOA", "Pago Ñu", "  pago   nunoa "] {
        check_text(&scene, text, &[&quiet, &shout]).await;
    }
    check_text(&scene, "trásp", &[&other]).await;
    check_text(&scene, "", &[&other, &quiet, &shout]).await;
    check_text(&scene, "nunoa x", &[]).await;
}

/// What means something in a pattern means itself here.
pub async fn special_characters_are_plain_text(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [percent, low, star, quote, plain] =
        add_glosas(&scene, ["IVA 19%", "A_B", "N*M", "D'ARC \\ [x]", "IVA 190 AXB"]).await;
    check_text(&scene, "19%", &[&percent]).await;
    check_text(&scene, "a_b", &[&low]).await;
    check_text(&scene, "n*m", &[&star]).await;
    check_text(&scene, "d'arc \\ [X]", &[&quote]).await;
    check_text(&scene, "iva 19", &[&plain, &percent]).await;
}

/// However many are asked for, a page has [`MAX_PAGE`] rows at most.
pub async fn a_page_is_never_longer_than_the_limit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    scene.add_movements(MAX_PAGE + 2).await;
    for account in [None, Some(scene.account.id)] {
        let query = MovementQuery { account, limit: usize::MAX, ..everything() };
        let first = scene.page(&query).await;
        assert_eq!(first.rows.len(), MAX_PAGE);
        let rest = scene.page(&MovementQuery { after: first.next, ..query }).await;
        assert_eq!(rest.rows.len(), 2);
    }
}

/// A filter that lets little through ends its page early, and the next one goes on from there.
pub async fn a_page_looks_at_so_many_movements_and_no_more(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [needle] = add_glosas(&scene, ["AGUJA"]).await;
    scene.add_movements(MAX_SCAN + 5).await;
    for account in [None, Some(scene.account.id)] {
        let text = Some("aguja".to_owned());
        let query = MovementQuery { account, text, ..everything() };
        let first = scene.page(&query).await;
        assert_eq!(first.rows, []);
        assert!(first.next.is_some(), "the page must say where to go on");
        let second = scene.page(&MovementQuery { after: first.next, ..query }).await;
        assert_eq!(second.rows, [needle.clone()]);
    }
}
