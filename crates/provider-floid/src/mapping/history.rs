//! What came and went.

use cartola_insights::categories::Matcher;
use cartola_insights::spending::Spending;
use cartola_insights::{Entry, Holder};
use cartola_model::{Movement, glosa};

use crate::wire::{Transaction, TransactionHistory};

/// *Transaction history* of movements, each with its entry, in the order given. The document has no
/// currency, so that what is in another one than pesos is left out.
pub fn transaction_history<Text: AsRef<str>>(
    told: &[(&Movement<Text>, Entry<'_>)],
    holder: &Holder<'_>,
) -> TransactionHistory {
    let in_pesos: Vec<_> = told.iter().filter(|(_, entry)| entry.pesos().is_some()).collect();
    let entries: Vec<Entry<'_>> = in_pesos.iter().map(|(_, entry)| *entry).collect();
    let matcher = Matcher::bundled();
    let spending = Spending::of(&entries, holder, &matcher);
    let labelled = in_pesos.iter().zip(&spending.labels);
    let transactions = labelled
        .map(|((movement, _), (_, label))| transaction(movement, label.category.floid_name()))
        .collect();
    TransactionHistory {
        transactions,
        total_spent_by_category: spending.spent_by_floid_name(),
        total_income_by_category: spending.came_by_floid_name(),
    }
}

fn transaction<Text: AsRef<str>>(movement: &Movement<Text>, category: &'static str) -> Transaction {
    let pesos = movement.amount.minor();
    let text = |text: &Text| text.as_ref().to_owned();
    Transaction {
        date: movement.booked_on.to_string(),
        amount: pesos.min(0).saturating_neg(),
        amount_income: pesos.max(0),
        category,
        description: glosa::clean(movement.glosa.as_ref()).into_owned(),
        sucursal: movement.details.branch.as_ref().map(text),
        operacion_number: movement.details.document.as_ref().map(text),
    }
}
