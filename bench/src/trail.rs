//! What part of the time of each path its audit entries take.

use anyhow::Context;

use crate::report::{Figure, Report};
use crate::site::{Kind, Site};
use crate::watch::Readings;

/// A path, and the entries that it leaves.
pub struct Path {
    what: String,
    kind: Kind,
    /// Entries of one operation.
    entries: f64,
    /// How long one operation takes, with as many others as there were.
    seconds: f64,
}

impl Path {
    /// A path by which so many operations left so many entries, at that many operations a second.
    #[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub fn new(what: String, kind: Kind, (entries, operations): (u64, u64), rate: f64) -> Self {
        Self { what, kind, entries: entries as f64 / operations as f64, seconds: 1.0 / rate }
    }
}

/// Entries in all trails of a site, also while a gateway serves it.
pub async fn entries(site: &Site) -> anyhow::Result<u64> {
    let (store, _archive) = site.open().await?;
    let mut entries = 0;
    for tenant in store.tenants().await? {
        entries += store.audit_head(tenant.id).await?.context("a tenant has a trail")?.0;
    }
    Ok(entries)
}

/// Reports the paths on such a store, where an entry costs so many seconds. In the paths several entries
/// share a unit of work, so that this is the most that they cost.
pub fn report(kind: Kind, cost: f64, report: &mut Report) {
    let on = kind.name();
    let paths: Vec<Path> = report.paths.extract_if(.., |path| path.kind == kind).collect();
    for Path { what, entries, seconds, .. } in paths {
        report.add(Figure {
            what: format!("audit entries of {what} on {on}"),
            measured: format!("{entries:.3} entries, {:.3} ms", entries * cost * 1e3),
            against: format!("the whole of it: {:.3} ms", seconds * 1e3),
            ratio: Some(Readings::of([seconds / (seconds - entries * cost).max(f64::EPSILON)])),
            aim: "time ≤ 1.10",
        });
    }
}
