//! Tenants' own rules of what movements are for.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartola_insights::categories::{MAX_FILE_BYTES, Matcher, Rulebook, RulesFile};
use cartola_primitives::id::TenantId;
use serde::Deserialize;

/// Whose rules are where.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Categories {
    rules_files: BTreeMap<TenantId, PathBuf>,
}

impl Categories {
    /// Makes relative paths relative to a folder.
    pub fn resolve_paths(&mut self, folder: &Path) {
        for path in self.rules_files.values_mut() {
            *path = folder.join(&*path);
        }
    }

    /// Reads every file of rules. The error names the file, and the rule where it is one that is
    /// wrong.
    pub fn rulebook(&self) -> Result<Arc<Rulebook>, String> {
        let matchers = self.rules_files.iter().map(|(tenant, path)| {
            let wrong = |why: &dyn std::fmt::Display| {
                format!("the rules {} of [categories] cannot be used: {why}", path.display())
            };
            let text = read(path).map_err(|error| wrong(&error))?;
            let rules = RulesFile::read(&text).map_err(|error| wrong(&error))?;
            let matcher = Matcher::with_rules(rules).map_err(|error| wrong(&error))?;
            Ok((*tenant, matcher))
        });
        Ok(Arc::new(Rulebook::new(matchers.collect::<Result<_, String>>()?)))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let most = u64::try_from(MAX_FILE_BYTES).expect("a limit fits 64 bits");
    if fs::metadata(path)?.len() > most {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    fs::read_to_string(path)
}
