//! Where a bench works: one folder on the disk that is measured, gone when the bench ends.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;

/// The folder of one run.
pub struct Lab {
    folder: TempDir,
    /// The binary that is measured.
    pub gateway: PathBuf,
    /// Whether the long benches run too.
    pub full: bool,
}

impl Lab {
    /// A lab in `within`, measuring that binary.
    pub fn open(within: &Path, gateway: PathBuf, full: bool) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("cartola-bench-").tempdir_in(within);
        let folder =
            folder.with_context(|| format!("no folder can be made in {}", within.display()))?;
        Ok(Self { folder, gateway, full })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// An empty folder of that name.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path().join(name);
        fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(path)
    }
}

/// Removes what a part of the bench left, so that the next has the disk for itself.
pub fn clear(folder: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(folder).with_context(|| format!("{} cannot be removed", folder.display()))
}

/// Says on stderr what is being done.
pub fn say(what: impl std::fmt::Display) {
    eprintln!("==> {what}");
}

/// A bar on stderr; nothing where that is no terminal.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("    {msg} {wide_bar} {pos}/{len} {eta}")
        .expect("the template is well-formed");
    ProgressBar::new(length).with_style(style).with_message(what)
}
