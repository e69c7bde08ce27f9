//! Income, from the movements of a person's accounts.
//!
//! What Floid (*Income check*) and Synaptic (*Análisis Financiero Bancario*) tell rests on one
//! reading of the movements, [`Incomes`]:
//!
//! 1. Money that came is income, unless there is a reason why it is none ([`Reason`]): it was theirs
//!    already, it is borrowed, it came back, it was taken back, or it is in a currency for which no
//!    rate is at hand. Each movement is in one place only.
//! 2. Income is of a source: the payer's RUT where one is known, else a name, else the glosa without
//!    what differs from one payment to the next.
//! 3. In each month at most one source is the main one ([`Incomes::main`]).
//!
//! The documents do not say how a salary is known; the rules are ours, and each is in the module that
//! keeps it. [`Report`] has months of the calendar, [`Analysis`] months back from today.

mod analysis;
mod main_source;
mod name;
mod own;
mod report;
mod rows;
mod source;
mod taken_back;

pub use analysis::{Analysis, Averages, FEW_MONTHS, MONTHS, begins};
pub use main_source::REGULAR_MONTHS;
pub use own::OWN_TRANSFER_DAYS;
pub use report::{AVERAGED_MONTHS, MAX_MONTHS, MonthIncome, Report, SourceIncome};
pub use rows::{Incomes, LeftOut, Reason, Row};
pub use source::Source;
pub use taken_back::TAKEN_BACK_DAYS;
