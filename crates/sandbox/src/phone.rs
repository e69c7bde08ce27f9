//! A person's phone with Mi Pass, and the card and devices beside it.

mod page;
mod serve;

use std::collections::BTreeMap;

use cartola_primitives::Rut;
use cartola_provider_mibanco::wire::{ChallengeType, TransferChallenge};

pub(crate) use serve::router;

use crate::bank::challenge;
use crate::challenge::{COLUMNS, ROWS, Step, coordinate};
use crate::world::{LogError, Order, Phone, TransferKey, World};

/// What a person has before them.
pub(crate) struct Seen {
    pub phone: Phone,
    /// Oldest first.
    pub pending: Vec<Waiting>,
    /// By institution and coordinate.
    pub cards: BTreeMap<String, BTreeMap<String, String>>,
}

/// A transfer that waits for them, and the right answer to it.
pub(crate) struct Waiting {
    pub key: TransferKey,
    pub order: Order,
    pub challenge: TransferChallenge,
    pub sms: Option<String>,
    pub codes: Vec<String>,
}

impl Waiting {
    /// Whether it is approved on the phone, and not answered elsewhere.
    pub(crate) fn is_app(&self) -> bool {
        self.challenge.kind == ChallengeType::App
    }

    /// Whether a device shows the codes.
    pub(crate) fn is_device(&self) -> bool {
        self.challenge.kind == ChallengeType::Device
    }
}

/// Everything of somebody in the box.
pub(crate) fn seen(world: &World, rut: Rut) -> Result<Seen, LogError> {
    let mut pending: Vec<Waiting> = Vec::new();
    for (key, transfer) in world.on_phone(rut)? {
        let (Some(step), Some(challenge)) = (transfer.step(), challenge(&transfer)) else {
            continue;
        };
        let Some(order) = transfer.order else { continue };
        let answers = world.answers(&key, &order);
        let sms = step.asks_sms().then(|| answers.sms());
        let codes = answers.codes(step);
        pending.push(Waiting { key, order, challenge, sms, codes });
    }
    pending.sort_by_key(|waiting| waiting.challenge.expires_at);
    Ok(Seen { phone: world.phone(rut), pending, cards: cards(world, rut) })
}

/// The cards of the banks that ask for one.
fn cards(world: &World, rut: Rut) -> BTreeMap<String, BTreeMap<String, String>> {
    let population = world.population();
    let asks = |step: &Step| matches!(step, Step::Card | Step::SmsAndCard);
    let banks = population.banks(rut).into_iter();
    let banks = banks.filter(|bank| bank.transfer_steps().iter().any(asks));
    let labels =
        || COLUMNS.chars().flat_map(|column| (1..=ROWS).map(move |row| format!("{column}{row}")));
    banks
        .map(|bank| {
            let code = |label: String| {
                let code = coordinate(population.seed(), rut, bank, &label);
                (label, code)
            };
            (bank.id().to_string(), labels().map(code).collect())
        })
        .collect()
}
