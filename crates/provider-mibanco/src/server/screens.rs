//! The screens of Mi Banco that calls stand for: the column "Source feature" of the document's table.

use cartola_engine::Engine;
use cartola_engine::access::Subject;
use cartola_engine::device_sessions::DeviceSession;

/// What is at the door.
pub const LOGIN: &str = "Login";
/// Accounts and what is on them.
pub const BALANCES: &str = "Saldos";
/// Movements.
pub const STATEMENT: &str = "Cartolas y últimos movimientos";
/// Cards and their instalments.
pub const CARDS: &str = "Tarjetas de crédito";
/// Credit lines.
pub const CREDIT_LINES: &str = "Línea de crédito";
/// Bills and their payment.
pub const BILLS: &str = "Pago de cuentas / servicios";
/// Whom the customer transfers to, and transfers.
pub const TRANSFERS: &str = "Transferencias a terceros";
/// What was asked for and decided on the phone.
pub const MI_PASS: &str = "Mi Pass: registro de autorizaciones";
/// Cash at an ATM without a card.
pub const WITHDRAWALS: &str = "Giro sin tarjeta";

/// Notes in the audit trail which screen a call stands for.
pub fn note(
    engine: &Engine,
    session: &DeviceSession,
    (action, screen): (&'static str, &'static str),
) {
    let subject = Subject::one(session.link.id);
    engine.note_screen(&session.who, action, subject, Some(screen));
}
