//! A program that prints master keys, such as the client of a key store.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use cartola_crypto::MasterKey;
use cartola_primitives::Secret;

use super::lines_of;

/// How long the program may take. Whoever waits for a key waits as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Most that it may print, in bytes: some 90 keys.
const MAX_PRINTED_BYTES: u64 = 4_096;

/// What it prints: keys, one a line, at least one. Neither its arguments nor what it says on stderr
/// is told: either may hold a secret.
pub fn keys(command: &[Secret<String>]) -> anyhow::Result<Vec<MasterKey>> {
    let Some((program, arguments)) = command.split_first() else {
        bail!("master_key_command is empty; name a program and its arguments");
    };
    let mut child = Command::new(program.expose())
        .args(arguments.iter().map(Secret::expose))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What it starts in its turn ends with it.
        .process_group(0)
        .spawn()
        .context("the program of master_key_command cannot be started")?;
    let printed = printed(&mut child);
    if printed.is_err() {
        stop(&mut child);
    }
    let keys = lines_of(&printed?, "what master_key_command prints")?;
    if keys.is_empty() {
        bail!("master_key_command prints no key; it is to print one a line");
    }
    Ok(keys)
}

#[allow(clippy::disallowed_methods, reason = "how long a program takes is monotonic time")]
fn printed(child: &mut Child) -> anyhow::Result<Secret<String>> {
    let end = Instant::now() + PATIENCE;
    let stdout = child.stdout.take().expect("its output was asked for");
    let reading = thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.take(MAX_PRINTED_BYTES + 1).read_to_string(&mut text);
        read.map(|_| Secret::new(text))
    });
    let status = loop {
        match child.try_wait().context("master_key_command cannot be waited for")? {
            Some(status) if reading.is_finished() => break status,
            _ if Instant::now() >= end => {
                bail!("master_key_command did not end within {} seconds", PATIENCE.as_secs())
            }
            _ => thread::sleep(LOOK_AGAIN),
        }
    };
    let read = reading.join().map_err(|_| anyhow!("master_key_command cannot be read"))?;
    let text = read.map_err(|_| anyhow!("master_key_command prints what is no text"))?;
    if text.expose().len() as u64 > MAX_PRINTED_BYTES {
        bail!(
            "master_key_command prints more than {MAX_PRINTED_BYTES} bytes; it is to print keys alone"
        );
    }
    if !status.success() {
        bail!("master_key_command failed ({status}); run it by hand to see why");
    }
    Ok(text)
}

/// Kills it with what it started.
fn stop(child: &mut Child) {
    let group = rustix::process::Pid::from_child(child);
    // Where it has ended already, there is nothing to kill.
    let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    drop(child.wait());
}
