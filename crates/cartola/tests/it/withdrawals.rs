//! `/v1/withdrawals`, `/v1/bill-payments` and `/v1/beneficiary-changes` against Banco de Chile in the
//! sandbox.

mod domains;
mod ends;
mod giver;
mod refusals;
