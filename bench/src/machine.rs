//! What the figures were measured on.

use std::fs;
use std::num::NonZero;
use std::os::linux::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// Facts, each with its name.
pub fn facts(folder: &Path) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, NonZero::get);
    vec![
        ("processor", format!("{}, {cores} cores", of_processor("model name"))),
        ("memory", memory()),
        ("kernel", read("/proc/sys/kernel/osrelease")),
        ("disk", disk(folder)),
        ("load of the machine when the bench began, 1, 5 and 15 minutes", load()),
        ("compiler", said_by("rustc", &["--version"])),
        ("client", said_by("wrk", &["-v"])),
        ("commit", said_by("git", &["describe", "--always", "--dirty"])),
    ]
}

const UNKNOWN: &str = "unknown";

fn read(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| UNKNOWN.to_owned(), |text| text.trim().to_owned())
}

fn of_processor(name: &str) -> String {
    let text = read("/proc/cpuinfo");
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
    value.unwrap_or(UNKNOWN).to_owned()
}

fn memory() -> String {
    let text = read("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.map_or(UNKNOWN.to_owned(), |number| format!("{} GiB", number >> 20))
}

fn load() -> String {
    read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(", ")
}

/// The file system that the folder is on, its device, and whether that turns.
fn disk(folder: &Path) -> String {
    let Ok(metadata) = fs::metadata(folder) else { return UNKNOWN.to_owned() };
    let (major, minor) = (metadata.st_dev() >> 8 & 0xfff, metadata.st_dev() & 0xff);
    let mounts = read("/proc/self/mountinfo");
    let device = format!("{major}:{minor}");
    let mount = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&device));
    let kind = mount
        .and_then(|line| line.split_once(" - "))
        .map_or(UNKNOWN, |(_, rest)| rest.split(' ').next().unwrap_or(UNKNOWN));
    let block = format!("/sys/dev/block/{device}");
    let turns = [format!("{block}/queue/rotational"), format!("{block}/../queue/rotational")];
    let turns = turns.iter().map(|path| read(path)).find(|text| text != UNKNOWN);
    let drive = match turns.as_deref() {
        Some("0") => "flash or virtual",
        Some("1") => "turning, or virtual and not known",
        _ => "device unknown",
    };
    format!("{kind}, {drive}")
}

/// The first line that a program says of itself.
fn said_by(program: &str, arguments: &[&str]) -> String {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        return UNKNOWN.to_owned();
    };
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map_or(UNKNOWN, str::trim).to_owned()
}
