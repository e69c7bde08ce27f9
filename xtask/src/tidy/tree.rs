//! The files of the repository, read once.

use std::{collections::BTreeMap, path::Path, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};

pub struct Tree {
    pub root: PathBuf,
    /// Every file git knows or would add, with its text, or `None` where it is not UTF-8 text.
    files: BTreeMap<String, Option<String>>,
}

impl Tree {
    /// Reads what is tracked, and what is new and not ignored, so that a finding comes before `git add`.
    pub fn tracked(root: &Path) -> Result<Self> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .context("git ls-files could not be run")?;
        ensure!(
            listed.status.success(),
            "git ls-files: {}",
            String::from_utf8_lossy(&listed.stderr)
        );
        let names = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
        let mut files = BTreeMap::new();
        for name in names.split_terminator('\0') {
            let path = root.join(name);
            if path.is_file() {
                let bytes =
                    std::fs::read(&path).with_context(|| format!("{name} is not readable"))?;
                files.insert(name.to_owned(), text_of(bytes));
            }
        }
        Ok(Self { root: root.to_path_buf(), files })
    }

    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned())));
        Self { root: PathBuf::new(), files: files.collect() }
    }

    /// Leaves out what begins with `prefix`.
    #[cfg(test)]
    pub fn forget(&mut self, prefix: &str) {
        self.files.retain(|name, _| !name.starts_with(prefix));
    }

    /// Name and text of every text file.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?)))
    }

    /// Name and text of every text file called `*.extension`.
    pub fn texts_of(&self, extension: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(name, _)| extension_of(name) == Some(extension))
    }

    pub fn text(&self, name: &str) -> Result<&str> {
        self.files
            .get(name)
            .and_then(Option::as_deref)
            .with_context(|| format!("{name} is missing or is not text"))
    }

    /// True for a file, and for a folder that holds one.
    pub fn holds(&self, name: &str) -> bool {
        let folder = format!("{name}/");
        name.is_empty()
            || self.files.contains_key(name)
            || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

pub fn extension_of(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, extension)| extension)
}

fn text_of(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_files_count_and_ignored_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write(".gitignore", b"target\n");
        write("target", b"built\n");
        write("new.md", b"new\n");
        write("latin.csv", b"d\xeda\n");
        let git = Command::new("git").args(["init", "-q"]).current_dir(&folder).status().unwrap();
        assert!(git.success());

        let tree = Tree::tracked(folder.path()).unwrap();

        let names: Vec<_> = tree.files.keys().map(String::as_str).collect();
        assert_eq!(names, [".gitignore", "latin.csv", "new.md"]);
        assert_eq!(tree.text("new.md").unwrap(), "new\n");
        assert!(tree.text("latin.csv").is_err(), "what is not UTF-8 has no text");
    }

    #[test]
    fn a_folder_is_there_while_it_holds_a_file() {
        let tree = Tree::of(&[("docs/adr/README.md", "")]);
        assert!(tree.holds("docs/adr") && tree.holds("docs/adr/README.md"));
        assert!(!tree.holds("docs/ad"));
    }
}
