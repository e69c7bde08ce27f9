use cartola_insights::assets::score::{HIGHEST, Score};
use cartola_insights::assets::{AccountBalances, AssetReport};
use cartola_model::records::{CreditCard, CreditLine};
use cartola_model::{AccountKind, BalanceKind, BalanceReading};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Money};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::people::TODAY;

/// A balance.
type Told = (BalanceKind, i64, Currency);

/// What somebody has, as a test writes it.
#[derive(Debug, Clone, Default)]
struct Has {
    accounts: Vec<(AccountKind, Vec<Told>)>,
    lines: Vec<(i64, i64)>,
    cards: usize,
}

impl Has {
    fn with(mut self, kind: AccountKind, available: i64) -> Self {
        self.accounts.push((kind, vec![(BalanceKind::Available, available, Currency::CLP)]));
        self
    }

    fn report(&self) -> AssetReport {
        let reading = |(kind, minor, currency): &Told| BalanceReading {
            kind: *kind,
            amount: Money::new(*minor, *currency),
            as_of: TODAY,
        };
        let readings: Vec<Vec<BalanceReading>> =
            self.accounts.iter().map(|(_, told)| told.iter().map(reading).collect()).collect();
        let accounts: Vec<AccountBalances<'_>> = (1..)
            .zip(self.accounts.iter().zip(&readings))
            .map(|(place, ((kind, _), balances))| AccountBalances {
                account: AccountId::from_bytes([place; 16]),
                kind: *kind,
                balances,
            })
            .collect();
        let pesos = |minor| Money::new(minor, Currency::CLP);
        let lines: Vec<CreditLine> = self
            .lines
            .iter()
            .map(|(limit, used)| CreditLine {
                number: "1".to_owned(),
                account_number: None,
                limit: pesos(*limit),
                used: pesos(*used),
                available: pesos(limit.saturating_sub(*used)),
                expires_on: None,
            })
            .collect();
        let card = CreditCard {
            number: "****1234".to_owned(),
            brand: None,
            product_name: None,
            national: None,
            international: None,
            billed_from: None,
            billed_on: None,
            due_on: None,
            billed: None,
            minimum_payment: None,
        };
        AssetReport::of(&accounts, &vec![card; self.cards], &lines, TODAY)
    }

    fn points(&self) -> u32 {
        Score::of(&self.report()).points
    }
}

fn check(has: &Has, expected: Expect) {
    let report = has.report();
    let score = Score::of(&report);
    let terms: Vec<String> =
        score.terms.iter().map(|(term, points)| format!("{term:?} {points}")).collect();
    expected.assert_eq(&format!(
        "normal {} special {} card {} full line {} used {} balance {} of {} day {}\n{} = {}\n",
        !report.normal.is_empty(),
        !report.special.is_empty(),
        report.has_card,
        report.has_full_line(),
        report.used_line(),
        report.total_balance,
        report.balances.len(),
        report.current_day,
        score.points,
        terms.join(" + "),
    ));
}

#[test]
fn who_has_nothing_has_the_base() {
    check(
        &Has::default(),
        expect![[r#"
        normal false special false card false full line false used 0 balance 0 of 0 day 21
        150 = Base 150 + Account 0 + Card 0 + Line 0 + Balance 0
    "#]],
    );
}

#[test]
fn the_documents_example_is_told_with_reasons() {
    let has = Has { lines: vec![(1_000_000, 0)], cards: 1, ..Has::default() };
    check(
        &has.with(AccountKind::Checking, 4_166_935),
        expect![[r#"
        normal true special false card true full line true used 0 balance 4166935 of 1 day 21
        879 = Base 150 + Account 200 + Card 150 + Line 200 + Balance 179
    "#]],
    );
}

#[test]
fn lines_that_are_used_and_accounts_that_are_overdrawn_cost_points() {
    let has = Has { lines: vec![(1_000_000, 250_000), (500_000, 500_000)], ..Has::default() };
    let has = has.with(AccountKind::Rut, -45_000).with(AccountKind::Savings, 5_000);
    check(
        &has,
        expect![[r#"
        normal false special true card false full line false used 750000 balance -40000 of 2 day 21
        371 = Base 146 + Account 100 + Card 0 + Line 125 + Balance 0
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_named_and_not_guessed() {
    let mut has = Has::default().with(AccountKind::Sight, 1_000);
    let dollars = (BalanceKind::Available, 99_900, Currency::USD);
    has.accounts.push((AccountKind::Checking, vec![dollars]));
    has.accounts.push((AccountKind::Savings, Vec::new()));
    has.accounts.push((AccountKind::Sight, vec![(BalanceKind::Ledger, 7, Currency::CLP)]));
    check(
        &has,
        expect![[r#"
        normal true special true card false full line false used 0 balance 1007 of 2 day 21
        350 = Base 150 + Account 200 + Card 0 + Line 0 + Balance 0
    "#]],
    );
    assert_eq!(has.report().unread.len(), 2);
}

#[test]
fn a_line_or_card_that_is_told_as_an_account_counts_too() {
    let mut has = Has::default();
    let used = (BalanceKind::CreditUsed, 40_000, Currency::CLP);
    let limit = (BalanceKind::CreditLimit, 100_000, Currency::CLP);
    has.accounts.push((AccountKind::CreditLine, vec![used, limit]));
    has.accounts.push((AccountKind::CreditCard, Vec::new()));
    check(
        &has,
        expect![[r#"
        normal false special false card true full line false used 40000 balance 0 of 0 day 21
        440 = Base 150 + Account 0 + Card 150 + Line 140 + Balance 0
    "#]],
    );
}

const HOLDING: [AccountKind; 5] = [
    AccountKind::Checking,
    AccountKind::Sight,
    AccountKind::Rut,
    AccountKind::Savings,
    AccountKind::ElectronicChequebook,
];

fn somebody() -> impl Strategy<Value = Has> {
    let pesos = prop_oneof![-3_000_000_i64..40_000_000, any::<i64>()];
    let accounts = proptest::collection::vec((0..HOLDING.len(), pesos), 0..4);
    let lines = proptest::collection::vec((0_i64..3_000_000, 0_i64..3_000_000), 0..3);
    (accounts, lines, 0_usize..3).prop_map(|(accounts, lines, cards)| {
        let has = Has { lines, cards, ..Has::default() };
        accounts.into_iter().fold(has, |has, (kind, pesos)| has.with(HOLDING[kind], pesos))
    })
}

proptest! {
    #[test]
    fn a_score_is_the_sum_of_its_terms(has in somebody()) {
        let score = Score::of(&has.report());
        prop_assert!(score.points <= HIGHEST);
        prop_assert_eq!(score.terms.iter().map(|(_, points)| points).sum::<u32>(), score.points);
    }

    #[test]
    fn more_never_lowers_it(has in somebody(), more in 0_i64..20_000_000, kind in 0..HOLDING.len()) {
        let points = has.points();
        let mut richer = has.clone();
        for (_, balances) in &mut richer.accounts {
            balances[0].1 = balances[0].1.saturating_add(more);
        }
        prop_assert!(richer.points() >= points);
        prop_assert!(has.clone().with(HOLDING[kind], more).points() >= points);
        let with_card = Has { cards: has.cards + 1, ..has };
        prop_assert!(with_card.points() >= points);
    }

    #[test]
    fn a_line_that_is_used_more_never_raises_it_and_a_larger_one_never_lowers_it(
        has in somebody(),
        more in 0_i64..2_000_000,
    ) {
        let points = has.points();
        for place in 0..has.lines.len() {
            let (mut used, mut larger) = (has.clone(), has.clone());
            used.lines[place].1 += more;
            larger.lines[place].0 += more;
            prop_assert!(used.points() <= points);
            prop_assert!(larger.points() >= points);
        }
    }
}
