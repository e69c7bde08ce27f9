//! Imports as they are sent.

use cartola_engine::imports::{ImportReport, Imported};
use cartola_engine::rows::{Ambiguity, ImportOutcome, ImportRow, ImportWarning};
use cartola_model::{BalanceGap, Coverage, StatementPeriod};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, DayText, IdText};

/// Gaps, ambiguous movements and warnings that are listed at most, of each. Their counts are
/// always whole.
pub const MAX_FINDINGS: usize = 1_000;

/// What an uploaded file came to: one entry for each account that it speaks of.
#[derive(Serialize, ToSchema)]
#[schema(as = Imported)]
pub struct ImportedView<'a> {
    imports: Vec<ReportView<'a>>,
}

/// What came of one account's statement.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct ReportView<'a> {
    /// The import; of a file that was imported before, the earlier one.
    #[schema(value_type = wire::ImportId)]
    id: IdText,
    #[schema(value_type = wire::AccountId)]
    account_id: IdText,
    /// What allows its movements to be kept and served.
    #[schema(value_type = wire::ConsentId)]
    consent_id: IdText,
    /// The layout that it was read by.
    #[schema(example = "banco-chile/account-sheet")]
    layout: &'a str,
    /// Whether exactly this file had been imported before, so that it told nothing new.
    repeated: bool,
    #[serde(flatten)]
    counts: CountsView,
    #[schema(max_items = 1000)]
    gaps: Vec<GapView<'a>>,
    #[serde(flatten)]
    findings: FindingsView<'a>,
}

/// An import, without its findings.
#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportView<'a> {
    #[schema(value_type = wire::ImportId)]
    id: IdText,
    #[schema(value_type = wire::AccountId)]
    account_id: IdText,
    #[schema(value_type = wire::ConsentId)]
    consent_id: IdText,
    /// Whether that consent has ended: what the file says of money, its period's totals and its
    /// gaps, is then left out.
    consent_ended: bool,
    /// The layout that it was read by.
    layout: &'a str,
    /// The day on which the institution made the file.
    #[schema(value_type = wire::Day)]
    as_of: DayText,
    /// When we took it in.
    #[schema(value_type = wire::Instant)]
    received_at: Timestamp,
    coverage: CoverageView,
    /// Left out where the file declares none, and once its consent has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    period: Option<PeriodView>,
    #[serde(flatten)]
    counts: CountsView,
}

/// An import with its findings.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportDetail)]
pub struct DetailView<'a> {
    #[serde(flatten)]
    import: ImportView<'a>,
    /// At most 1,000; left out once the consent has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 1000)]
    gaps: Option<Vec<GapView<'a>>>,
    #[serde(flatten)]
    findings: FindingsView<'a>,
}

/// The days that an import speaks for.
#[derive(Serialize, ToSchema)]
#[schema(as = Coverage)]
pub struct CoverageView {
    #[schema(value_type = wire::Day)]
    from: DayText,
    /// Included.
    #[schema(value_type = wire::Day)]
    to: DayText,
    /// Whether every movement of those days is in the file.
    complete: bool,
}

/// The period that a statement declares, with its totals in minor units where it prints them.
#[derive(Serialize, ToSchema)]
#[schema(as = StatementPeriod)]
pub struct PeriodView {
    #[schema(value_type = wire::Day)]
    from: DayText,
    #[schema(value_type = wire::Day)]
    to: DayText,
    /// Balance before the first movement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    opening: Option<i64>,
    /// Balance after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    closing: Option<i64>,
    /// Sum of the cargos, unsigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_debits: Option<i64>,
    /// Sum of the abonos.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_credits: Option<i64>,
}

/// The figures of an import.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct CountsView {
    /// Lines read.
    read: u64,
    /// Movements that nobody had told of before.
    new: u64,
    /// Lines that told of a movement that was known.
    duplicates: u64,
    /// Known movements that now say something else.
    amended: u64,
    /// Known movements that the bank no longer has.
    removed: u64,
    /// Removed movements that the bank has again; counted among the duplicates too.
    restored: u64,
    /// Places where balances do not follow from one another.
    gap_count: usize,
    /// New movements that may be ones that were known, and stay apart until somebody decides.
    ambiguous_count: usize,
    /// What was odd in the file.
    warning_count: usize,
}

/// What else somebody should look at: at most 1,000 of each.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportFindings)]
pub struct FindingsView<'a> {
    #[schema(max_items = 1000)]
    ambiguous: Vec<AmbiguityView>,
    #[schema(max_items = 1000)]
    warnings: Vec<WarningView<'a>>,
}

/// A place where the balance printed is not the balance before plus the amount.
#[derive(Serialize, ToSchema)]
#[schema(as = BalanceGap)]
pub struct GapView<'a> {
    #[schema(value_type = wire::Day)]
    on: DayText,
    /// Where in the file; left out where the gap lies between two files.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "line 7")]
    place: Option<&'a str>,
    /// The balance that would follow, in minor units.
    expected: i64,
    /// The balance that is printed, in minor units.
    found: i64,
}

/// A new movement and the known ones that it may be.
#[derive(Serialize, ToSchema)]
#[schema(as = Ambiguity)]
pub struct AmbiguityView {
    #[schema(value_type = wire::MovementId)]
    movement_id: IdText,
    #[schema(value_type = Vec<wire::MovementId>)]
    candidate_ids: Vec<IdText>,
}

/// Something odd in a file.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportWarning)]
pub struct WarningView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    place: Option<&'a str>,
    /// A stable code.
    #[schema(example = "rut_check_digit")]
    code: &'a str,
    /// One sentence, in English.
    text: &'a str,
}

impl<'a> ImportedView<'a> {
    /// All of it.
    pub fn of(imported: &'a Imported) -> Self {
        Self { imports: imported.reports.iter().map(ReportView::from).collect() }
    }
}

impl<'a> From<&'a ImportReport> for ReportView<'a> {
    fn from(report: &'a ImportReport) -> Self {
        Self {
            id: report.import.into(),
            account_id: report.account.into(),
            consent_id: report.consent.into(),
            layout: &report.layout,
            repeated: report.repeated,
            counts: CountsView::from(&report.outcome),
            gaps: gaps(&report.outcome),
            findings: FindingsView::from(&report.outcome),
        }
    }
}

impl<'a> ImportView<'a> {
    /// An import, under a consent that has ended or not.
    pub fn of(row: &'a ImportRow, consent_ended: bool) -> Self {
        let period = row.period.filter(|_| !consent_ended);
        Self {
            id: row.id.into(),
            account_id: row.account.into(),
            consent_id: row.consent.into(),
            consent_ended,
            layout: &row.layout,
            as_of: row.as_of.into(),
            received_at: row.received_at,
            coverage: CoverageView::from(row.coverage),
            period: period.map(PeriodView::from),
            counts: CountsView::from(&row.outcome),
        }
    }
}

impl<'a> DetailView<'a> {
    /// An import with its findings, under a consent that has ended or not.
    pub fn of(row: &'a ImportRow, consent_ended: bool) -> Self {
        Self {
            import: ImportView::of(row, consent_ended),
            gaps: (!consent_ended).then(|| gaps(&row.outcome)),
            findings: FindingsView::from(&row.outcome),
        }
    }
}

fn gaps(outcome: &ImportOutcome) -> Vec<GapView<'_>> {
    outcome.gaps.iter().take(MAX_FINDINGS).map(GapView::from).collect()
}

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        let Coverage { from, to, complete } = coverage;
        Self { from: from.into(), to: to.into(), complete }
    }
}

impl From<StatementPeriod> for PeriodView {
    fn from(period: StatementPeriod) -> Self {
        Self {
            from: period.from.into(),
            to: period.to.into(),
            opening: period.opening,
            closing: period.closing,
            total_debits: period.total_debits,
            total_credits: period.total_credits,
        }
    }
}

impl From<&ImportOutcome> for CountsView {
    fn from(outcome: &ImportOutcome) -> Self {
        Self {
            read: outcome.read,
            new: outcome.new,
            duplicates: outcome.duplicates,
            amended: outcome.amended,
            removed: outcome.removed,
            restored: outcome.restored,
            gap_count: outcome.gaps.len(),
            ambiguous_count: outcome.ambiguous.len(),
            warning_count: outcome.warnings.len(),
        }
    }
}

impl<'a> From<&'a ImportOutcome> for FindingsView<'a> {
    fn from(outcome: &'a ImportOutcome) -> Self {
        Self {
            ambiguous: outcome
                .ambiguous
                .iter()
                .take(MAX_FINDINGS)
                .map(AmbiguityView::from)
                .collect(),
            warnings: outcome.warnings.iter().take(MAX_FINDINGS).map(WarningView::from).collect(),
        }
    }
}

impl<'a> From<&'a BalanceGap> for GapView<'a> {
    fn from(gap: &'a BalanceGap) -> Self {
        Self {
            on: gap.on.into(),
            place: gap.place.as_deref(),
            expected: gap.expected,
            found: gap.found,
        }
    }
}

impl From<&Ambiguity> for AmbiguityView {
    fn from(ambiguity: &Ambiguity) -> Self {
        Self {
            movement_id: ambiguity.movement.into(),
            candidate_ids: ambiguity.candidates.iter().copied().map(IdText::from).collect(),
        }
    }
}

impl<'a> From<&'a ImportWarning> for WarningView<'a> {
    fn from(warning: &'a ImportWarning) -> Self {
        Self { place: warning.place.as_deref(), code: &warning.code, text: &warning.text }
    }
}
