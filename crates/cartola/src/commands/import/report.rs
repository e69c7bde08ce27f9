//! What came of each file, for people and for programs.

use std::path::Path;

use cartola_engine::imports::{ImportReport, Imported};
use cartola_model::BalanceGap;
use cartola_primitives::id::AccountId;
use cartola_store::imports::{Ambiguity, ImportOutcome, ImportWarning};
use serde::Serialize;

use super::source::Refusal;
use crate::output;

/// One file, or one account of it.
#[derive(Serialize)]
pub struct Report {
    file: String,
    layout: Option<String>,
    account: Option<AccountId>,
    read: u64,
    new: u64,
    duplicates: u64,
    #[serde(skip_serializing_if = "is_zero")]
    amended: u64,
    #[serde(skip_serializing_if = "is_zero")]
    removed: u64,
    gaps: Vec<BalanceGap>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ambiguous: Vec<Ambiguity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<ImportWarning>,
    refused: Option<Refusal>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The reports of a file: one where it is refused or has one account.
pub fn of_file(path: &Path, outcome: Result<Imported, Refusal>) -> Vec<Report> {
    let file = path.display().to_string();
    match outcome {
        Ok(imported) => {
            imported.reports.into_iter().map(|report| Report::of(file.clone(), report)).collect()
        }
        Err(refusal) => vec![Report::refused(file, refusal)],
    }
}

impl Report {
    fn of(file: String, report: ImportReport) -> Self {
        let ImportReport { account, layout, outcome, .. } = report;
        let ImportOutcome { read, new, duplicates, amended, removed, gaps, .. } = outcome;
        Self {
            file,
            layout: Some(layout),
            account: Some(account),
            read,
            new,
            duplicates,
            amended,
            removed,
            gaps,
            ambiguous: outcome.ambiguous,
            warnings: outcome.warnings,
            refused: None,
        }
    }

    fn refused(file: String, refusal: Refusal) -> Self {
        Self {
            file,
            layout: None,
            account: None,
            read: 0,
            new: 0,
            duplicates: 0,
            amended: 0,
            removed: 0,
            gaps: Vec::new(),
            ambiguous: Vec::new(),
            warnings: Vec::new(),
            refused: Some(refusal),
        }
    }

    /// Whether nothing of it was imported.
    pub fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// The refusal in one sentence, as a command tells what went wrong.
    pub fn refusal(&self) -> Option<String> {
        let Refusal { place, reason } = self.refused.as_ref()?;
        Some(format!("cartola: {} is refused, {place}: {reason}", self.file))
    }

    fn cells(&self) -> Vec<String> {
        let figures = [self.read, self.new, self.duplicates, self.amended, self.removed];
        let lists = [self.gaps.len(), self.ambiguous.len()];
        let shown = |text: Option<String>| text.unwrap_or_else(|| "refused".to_owned());
        [self.file.clone(), shown(self.layout.clone())]
            .into_iter()
            .chain(figures.map(|figure| figure.to_string()))
            .chain(lists.map(|length| length.to_string()))
            .collect()
    }

    /// What needs a person's eye, one sentence each.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(Refusal { place, reason }) = &self.refused {
            remarks.push(format!("refused, {place}: {reason}"));
        }
        for gap in &self.gaps {
            let place = gap.place.as_deref().unwrap_or("between two files");
            remarks.push(format!(
                "the balance chain breaks on {}, {place}: {} would follow, {} is printed (in minor units)",
                gap.on, gap.expected, gap.found
            ));
        }
        for Ambiguity { movement, candidates } in &self.ambiguous {
            let known: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            remarks.push(format!("{movement} stays apart and may be {}", known.join(" or ")));
        }
        for warning in &self.warnings {
            let place = warning.place.as_deref().unwrap_or("the file");
            remarks.push(format!("{place}: {}", warning.text));
        }
        remarks
    }
}

const HEADING: [&str; 9] =
    ["FILE", "LAYOUT", "READ", "NEW", "DUPLICATE", "AMENDED", "REMOVED", "GAPS", "AMBIGUOUS"];

/// Prints the reports for people.
pub fn print(reports: &[Report]) -> std::io::Result<()> {
    let rows: Vec<Vec<String>> = reports.iter().map(Report::cells).collect();
    output::table(&HEADING, &rows)?;
    for report in reports {
        for remark in report.remarks() {
            output::line(format_args!("{}: {remark}", report.file))?;
        }
    }
    Ok(())
}
