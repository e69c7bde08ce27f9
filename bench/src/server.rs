//! A server as a process of its own, killed when it is dropped.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use cartola_engine::work::{FIRST_RUNNING, TWICE_AFTER};
use rustix::param::clock_ticks_per_second;
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::http;
use crate::installation::write_config;
use crate::lab::Lab;
use crate::site::Site;
use crate::watch;

/// How often a server that starts is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(1);

/// How long a server may take to be ready, and to stop when it is told to.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a killed process is looked for.
const REAP_EVERY: Duration = Duration::from_millis(5);

/// The path that tells whether a server is ready.
const READY: &str = "/readyz";

/// The same of a sandbox.
const SANDBOX_READY: &str = "/_sandbox/clock";

/// Bytes of a log that are shown when its server fails.
const SHOWN_LOG_BYTES: usize = 2_000;

/// A server that is ready.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to the first answer that it is ready.
    pub start: Duration,
}

/// What a process keeps for itself, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Pages that no other process has, as they are in a file: of the database, where it is mapped.
    pub clean: u64,
    /// Pages that no other process has, and no file.
    pub dirty: u64,
    /// Most that was resident at any time, shared pages included.
    pub peak: u64,
}

/// What a process has used since it began.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Processor time of all its threads, its own and the kernel's for it.
    pub processor: Duration,
    /// Bytes that it gave to the disk.
    pub written: u64,
}

impl std::ops::Sub for Effort {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            processor: self.processor.saturating_sub(before.processor),
            written: self.written.saturating_sub(before.written),
        }
    }
}

/// Waits until a gateway that has just begun takes so many jobs at once: at first it takes few. Once more
/// than that needs, since it has been ready for less time than it runs jobs.
pub async fn grown(jobs: usize) {
    let doublings = jobs.div_ceil(FIRST_RUNNING).next_power_of_two().ilog2();
    tokio::time::sleep(TWICE_AFTER * (doublings + 1)).await;
}

impl Server {
    /// The gateway on an installation, as its operator would start it.
    pub async fn gateway(lab: &Lab, site: &Site) -> anyhow::Result<Self> {
        Self::gateway_with(lab, site, "").await
    }

    /// The same with further lines of configuration.
    pub async fn gateway_with(lab: &Lab, site: &Site, more: &str) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let config = write_config(site, address.port(), more)?;
        let mut command = Command::new(&lab.gateway);
        command.arg("serve").arg("--config").arg(config);
        Self::spawn(command, address, READY, site.folder.join("gateway.log")).await
    }

    /// A sandbox in a folder of its own.
    pub async fn sandbox(lab: &Lab, folder: &Path) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let mut command = Command::new(&lab.gateway);
        let port = address.port().to_string();
        command.arg("sandbox").args(["--port", &port]).arg("--data").arg(folder.join("box"));
        Self::spawn(command, address, SANDBOX_READY, folder.join("sandbox.log")).await
    }

    /// A server that answers everything with the content of a file.
    pub async fn of_memory(lab: &Lab, body: &Path) -> anyhow::Result<Self> {
        let address = free_address().await?;
        let mut command = Command::new(std::env::current_exe()?);
        let folder = lab.folder(&format!("memory-server-{}", address.port()))?;
        command.arg("answer").arg(address.to_string()).arg(body).arg(folder);
        let log = lab.path().join("memory-server.log");
        Self::spawn(command, address, READY, log).await
    }

    async fn spawn(
        mut command: Command,
        address: SocketAddr,
        ready: &str,
        log: PathBuf,
    ) -> anyhow::Result<Self> {
        let file = File::create(&log).context("the log cannot be made")?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).kill_on_drop(true);
        let begun = watch::start();
        let child = command.spawn().context("the server cannot be started")?;
        let mut server = Self { child, address, start: Duration::ZERO };
        server.wait_until_ready(begun, ready, &log).await?;
        server.start = begun.elapsed();
        Ok(server)
    }

    async fn wait_until_ready(
        &mut self,
        begun: Instant,
        ready: &str,
        log: &Path,
    ) -> anyhow::Result<()> {
        loop {
            if let Ok(answer) = http::ask(self.address, ready, None).await
                && answer.status == 200
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", end_of(log));
            }
            ensure!(begun.elapsed() < PATIENCE, "the server is not ready:\n{}", end_of(log));
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// The id of the process.
    pub fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// What it keeps for itself now.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        let pid = self.pid()?;
        let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(Memory {
            clean: kibibytes(&rollup, "Private_Clean:")?,
            dirty: kibibytes(&rollup, "Private_Dirty:")?,
            peak: kibibytes(&status, "VmHWM:")?,
        })
    }

    /// What it has used until now.
    pub fn effort(&self) -> anyhow::Result<Effort> {
        let pid = self.pid()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let io = fs::read_to_string(format!("/proc/{pid}/io"))?;
        // The name of the program, in parentheses, may have spaces. User and system time are the
        // 14th and 15th field of all.
        let (_, fields) = stat.rsplit_once(')').context("the kernel names the program")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks = ticks.sum::<Result<u64, _>>()?;
        let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        Ok(Effort {
            processor: Duration::from_millis(ticks * 1_000 / clock_ticks_per_second()),
            written: written.context("the kernel counts what is written")?.trim().parse()?,
        })
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid()?).ok().and_then(Pid::from_raw);
        kill_process(pid.context("a process has an id")?, Signal::TERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.context("the server does not stop")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

impl Drop for Server {
    /// Waits too, so that nothing writes into a folder that is being removed.
    fn drop(&mut self) {
        if self.child.start_kill().is_err() {
            return;
        }
        while let Ok(None) = self.child.try_wait() {
            std::thread::sleep(REAP_EVERY);
        }
    }
}

/// An address of loopback that nobody listens on.
async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?)
}

fn end_of(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text[text.len().saturating_sub(SHOWN_LOG_BYTES)..]).into_owned()
}

/// A line such as `VmHWM:   1234 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> anyhow::Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    let number: u64 = number.with_context(|| format!("the kernel does not say {name}"))?.parse()?;
    Ok(number * 1024)
}
