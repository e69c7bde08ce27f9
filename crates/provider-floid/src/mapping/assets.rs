//! What somebody has.

use cartola_insights::assets;
use cartola_insights::assets::score::Score;

use crate::wire::{AssetReport, CreditScoreParams};

/// *Asset report*, of somebody who was let in.
pub fn asset_report(told: &assets::AssetReport) -> AssetReport {
    AssetReport {
        is_valid: true,
        is_login_success: true,
        credit_score: Some(Score::of(told).points),
        credit_score_params: Some(CreditScoreParams {
            account_normal: !told.normal.is_empty(),
            account_special: !told.special.is_empty(),
            credit_card_presence: told.has_card,
            full_credit_line: told.has_full_line(),
            used_credit_line: told.used_line(),
            total_balance: told.total_balance,
            current_day: told.current_day,
        }),
        error: None,
    }
}
