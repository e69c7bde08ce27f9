//! What banks ask of whoever sends money, and what the right answers are.

use cartola_model::EndToEndId;
pub(crate) use cartola_model::TransferStep as Step;
use cartola_primitives::Rut;

use crate::dice::Dice;
use crate::key::BankIndex;

/// The coordinates that are asked for.
pub(crate) const LABELS: [&str; 3] = ["A1", "B1", "C1"];
/// So many codes of a device are asked for, each without a label.
pub(crate) const DEVICE_FIELDS: usize = 3;
/// Columns of a coordinate card.
pub(crate) const COLUMNS: &str = "ABCDEFGHIJ";
/// Rows of a coordinate card.
pub(crate) const ROWS: u32 = 5;
const SMS_DIGITS: usize = 6;
const CARD_DIGITS: usize = 2;
const DEVICE_DIGITS: usize = 4;

/// How many codes of a card or device a step asks for.
const fn codes_of(step: Step) -> usize {
    match step {
        Step::App | Step::Sms => 0,
        Step::Card | Step::SmsAndCard => LABELS.len(),
        Step::Device => DEVICE_FIELDS,
    }
}

/// What somebody answers, in the order in which they were asked.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub sms: Option<String>,
    pub codes: Option<Vec<String>>,
}

/// Everything that somebody at a bank can be asked for one transfer.
#[derive(Clone, Copy)]
pub(crate) struct Answers {
    pub seed: u64,
    pub rut: Rut,
    pub bank: BankIndex,
    pub transfer: EndToEndId,
}

impl Answers {
    /// The code that the SMS says.
    pub(crate) fn sms(&self) -> String {
        digits(&mut self.dice("sms"), SMS_DIGITS)
    }

    /// The codes that the device shows.
    pub(crate) fn device(&self) -> Vec<String> {
        let mut dice = self.dice("devcode");
        (0..DEVICE_FIELDS).map(|_| digits(&mut dice, DEVICE_DIGITS)).collect()
    }

    /// The codes of the card or device that a step asks for.
    pub(crate) fn codes(&self, step: Step) -> Vec<String> {
        match step {
            Step::App | Step::Sms => Vec::new(),
            Step::Card | Step::SmsAndCard => LABELS
                .iter()
                .map(|label| coordinate(self.seed, self.rut, self.bank, label))
                .collect(),
            Step::Device => self.device(),
        }
    }

    /// Whether this is what the step asks for; `None` where it has not the form of an answer.
    pub(crate) fn judge(&self, step: Step, given: &Given) -> Option<bool> {
        let codes = given.codes.as_deref().unwrap_or_default();
        let has_form = step != Step::App
            && given.sms.is_some() == step.asks_sms()
            && codes.len() == codes_of(step);
        has_form.then(|| {
            given.sms.as_ref().is_none_or(|sms| *sms == self.sms()) && codes == self.codes(step)
        })
    }

    fn dice(&self, label: &str) -> Dice {
        // Any id differs from the last one in bytes that this tells apart.
        let fold = |sum: u64, byte: &u8| sum.rotate_left(7) ^ u64::from(*byte);
        let id = self.transfer.as_bytes().iter().fold(0, fold);
        Dice::of(self.seed, label, id, self.bank.place(), self.rut.body())
    }
}

/// What a card of somebody at a bank has at a coordinate such as `A1`.
pub(crate) fn coordinate(seed: u64, rut: Rut, bank: BankIndex, label: &str) -> String {
    let place = label.bytes().fold(0, |sum: u32, byte| sum * 256 + u32::from(byte));
    let mut dice = Dice::of(seed, "card", rut.body().into(), bank.place(), place);
    digits(&mut dice, CARD_DIGITS)
}

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|_| char::from(*dice.pick(b"0123456789"))).collect()
}
