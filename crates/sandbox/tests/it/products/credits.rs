use cartola_primitives::{Currency, date};
use cartola_provider_mibanco::wire::{Cards, ConsumerLoans, CreditLines, Mortgages};
use cartola_sandbox::{Movement, Product, uf};

use super::{each_resident, october};
use crate::server::Server;

#[tokio::test]
async fn the_dividend_that_is_charged_is_the_one_agreed_in_uf() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Mortgages = customer.get("mortgages").await;
        let charged = customer.amounts("DIVIDENDO", october());
        let Some(mortgage) = told.mortgages.first() else {
            assert!(charged.is_empty());
            return false;
        };
        assert_eq!(mortgage.currency, Currency::CLF);
        let [(day, amount)] = charged[..] else { panic!("one dividend a month: {charged:?}") };
        assert_eq!(amount, -uf::in_pesos(mortgage.dividend, day));
        assert!(0 < mortgage.balance && mortgage.balance < mortgage.initial_balance);
        assert!(mortgage.cae > mortgage.annual_rate);
        assert!(mortgage.property.valuation > mortgage.initial_balance);
        true
    });
    assert!(seen.await > 3);
}

#[tokio::test]
async fn an_instalment_that_is_charged_is_one_of_a_loan_that_was_paid_out() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: ConsumerLoans = customer.get("consumer-loans").await;
        let days = (date(2023, 12, 1), date(2026, 11, 20));
        let (charged, paid_out) =
            (customer.amounts("CUOTA CREDITO", days), customer.amounts("ABONO CREDITO", days));
        for loan in &told.consumer_loans {
            if loan.granted_date > days.0 {
                assert!(paid_out.contains(&(loan.granted_date, loan.paid_out)), "{loan:?}");
                let since = charged.iter().filter(|(day, _)| *day > loan.granted_date);
                let of_it = since.filter(|(_, amount)| *amount == -loan.instalment);
                assert_eq!(of_it.count(), usize::from(loan.paid_instalments), "{loan:?}");
            }
            assert!(loan.balance < loan.amount || loan.paid_instalments == 0);
            assert!(loan.balance <= i64::from(loan.instalments) * loan.instalment);
        }
        !told.consumer_loans.is_empty()
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn a_card_owes_what_its_movements_say() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Cards = customer.get("cards").await;
        let Some(card) = told.cards.first() else { return false };
        let bought =
            customer.movements(Some(Product::CreditCard), (date(2026, 10, 1), date(2026, 11, 20)));
        let statement = card.statement.as_ref().unwrap();
        let billed: i64 = bought
            .iter()
            .filter(|each| each.amount.minor() < 0 && each.booked.date() <= statement.billed_date)
            .map(|each| -each.amount.minor())
            .sum();
        assert_eq!(statement.total, billed);
        let paid = customer.amounts("PAGO", (date(2026, 11, 1), date(2026, 11, 20)));
        let is_due = statement.due_date <= date(2026, 11, 20) && billed > 0;
        assert_eq!(paid.contains(&(statement.due_date, -billed)), is_due);
        let to_come: i64 = card
            .instalment_plans
            .iter()
            .map(|plan| plan.instalment * i64::from(plan.instalments - plan.charged))
            .sum();
        let is_new = |each: &&Movement| each.booked.date() > statement.billed_date;
        let new: i64 = bought.iter().filter(is_new).map(|each| each.amount.minor().min(0)).sum();
        let left = if is_due || billed == 0 { 0 } else { billed };
        assert_eq!(card.national.used, left - new + to_come, "{card:?}");
        assert_eq!(card.national.available, card.national.limit - card.national.used);
        true
    });
    assert!(seen.await > 5);
}

#[tokio::test]
async fn a_line_owes_what_was_drawn() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: CreditLines = customer.get("credit-lines").await;
        let Some(line) = told.credit_lines.first() else { return false };
        let days = (date(2026, 11, 1), date(2026, 11, 20));
        let all = customer.movements(Some(Product::CreditLine), days);
        let owed = all.last().and_then(|each| each.balance_after);
        assert_eq!(line.used, owed.map_or(line.used, |balance| -balance));
        assert_eq!(line.available, line.limit - line.used);
        line.used >= 0
    });
    assert!(seen.await > 1);
}
