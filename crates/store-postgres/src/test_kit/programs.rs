//! PostgreSQL's own programs, and how they are run.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian puts a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The oldest version that is served.
const OLDEST: u32 = 15;

/// PostgreSQL refuses to run as root: then it runs as this user, whom Debian's package adds.
const USER: &str = "postgres";

const SETPRIV: [&str; 3] = ["--reuid=postgres", "--regid=postgres", "--init-groups"];

/// Names a folder of programs of another version than the newest installed one.
const OTHER_VERSION: &str = "CARTOLA_TEST_POSTGRES";

/// The folder of the newest version that is installed, or the one that the environment names.
///
/// # Panics
///
/// Says what to install where there is none.
#[allow(clippy::disallowed_methods, reason = "a test has no other settings than its environment")]
pub fn folder() -> PathBuf {
    if let Ok(folder) = std::env::var(OTHER_VERSION) {
        return PathBuf::from(folder);
    }
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .map(|entry| entry.path())
        .filter(|path| version(path).is_some_and(|version| version >= OLDEST))
        .max_by_key(|path| version(path))
        .map(|path| path.join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .unwrap_or_else(|| {
            panic!(
                "PostgreSQL's programs are not installed: `./x test` installs them, or \
                 `apt-get install postgresql` (Debian; version {OLDEST} or later below {VERSIONS})"
            )
        })
}

/// One of them, run as a user who may.
pub fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(SETPRIV).arg(program);
    command
}

/// The same as words of a shell.
pub fn words(program: &Path) -> String {
    let program = program.display();
    if is_root() { format!("setpriv {} {program}", SETPRIV.join(" ")) } else { program.to_string() }
}

/// Makes a folder that only the server's user can look into.
pub fn make_folder(path: &Path) {
    let mut install = Command::new("install");
    install.args(["-d", "-m", "700"]);
    if is_root() {
        install.args(["-o", USER, "-g", USER]);
    }
    run(install.arg(path));
}

/// Copies a file to where only the server's user can read it.
pub fn give(from: &Path, to: &Path) {
    let mut install = Command::new("install");
    install.args(["-m", "600"]);
    if is_root() {
        install.args(["-o", USER, "-g", USER]);
    }
    run(install.arg(from).arg(to));
}

/// Runs a program to its end, and fails with what it said unless it succeeds. It gets no pipe of ours:
/// a server that it starts would keep that open.
pub fn run(command: &mut Command) {
    let said = tempfile::tempfile().expect("a temporary file");
    let copy = || Stdio::from(said.try_clone().expect("another handle of a file"));
    let status = command.stdin(Stdio::null()).stdout(copy()).stderr(copy()).status();
    let status =
        status.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
    if !status.success() {
        use std::io::{Read, Seek};
        let (mut text, mut said) = (String::new(), said);
        said.rewind().and_then(|()| said.read_to_string(&mut text)).expect("what it said");
        let arguments: Vec<&OsStr> = command.get_args().collect();
        let program = command.get_program().display();
        panic!("{program} {arguments:?}: {status}\n{text}");
    }
}

/// Whether a process has this folder as its own, as all of a server have its data.
pub fn anything_runs_in(folder: &Path) -> bool {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    processes
        .map(|it| it.path().join("cwd"))
        .any(|it| fs::read_link(it).is_ok_and(|it| it == folder))
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").expect("this process").uid() == 0
}
