//! An installation of a test's own: folder, master key, configuration, tenant.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::Client;
use crate::process::{self, Background, Ended};

/// A master key that is no secret.
pub const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A folder with a configuration in it.
pub struct Installation {
    folder: TempDir,
}

impl Installation {
    /// With a configuration that listens on a port of the system's choice.
    pub fn new() -> Self {
        Self::with("")
    }

    /// The same with further lines of configuration.
    pub fn with(more: &str) -> Self {
        Self::of(&format!("data = \"data\"\n{more}"))
    }

    /// With a store wherever this configuration has it.
    pub fn of(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("master.key"), MASTER_KEY).unwrap();
        let config = format!("listen = \"127.0.0.1:0\"\nmaster_key_file = \"master.key\"\n{more}");
        std::fs::write(folder.path().join("cartola.toml"), config).unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Runs a command on it: `cartola.toml` is found by itself.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        process::run(self.path(), arguments)
    }

    /// Adds a tenant and gives what was printed.
    #[track_caller]
    pub fn tenant(&self, name: &str) -> Value {
        self.run(&["tenants", "add", name, "--json"]).done().json()
    }
}

/// A demo that runs.
pub struct Demo {
    pub process: Background,
    pub announced: Value,
}

impl Demo {
    /// Starts one on a folder.
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        Self::try_start(folder).unwrap()
    }

    /// The same; the error is what it said.
    pub fn try_start(folder: &Path) -> Result<Self, String> {
        let data = folder.join("demo");
        let data = data.to_str().unwrap();
        let arguments = ["demo", "--json", "--port", "0", "--sandbox-port", "0", "--data", data];
        let (process, line) = Background::start(process::command(folder, &arguments))?;
        Ok(Self { process, announced: serde_json::from_str(&line).unwrap() })
    }

    pub fn client(&self) -> Client {
        let text = |name: &str| self.announced[name].as_str().unwrap();
        Client::new(text("gateway"), text("api_key"))
    }
}

/// A gateway that serves an installation.
pub struct Gateway {
    pub process: Background,
    pub url: String,
}

impl Installation {
    /// Starts the gateway.
    #[track_caller]
    pub fn serve(&self) -> Gateway {
        Gateway::start(process::command(self.path(), &["serve"])).unwrap()
    }
}

impl Gateway {
    /// Starts a prepared command that serves; the error is what it said.
    pub fn start(command: std::process::Command) -> Result<Self, String> {
        let (process, line) = Background::start(command)?;
        let url = line.trim().strip_prefix("cartola is ready at ").unwrap().to_owned();
        Ok(Self { process, url })
    }

    pub fn client(&self, key: &str) -> Client {
        Client::new(&self.url, key)
    }
}
