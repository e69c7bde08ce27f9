//! The load: `wrk` with a script of ours.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::process::Command;

use crate::lab::Lab;

/// What is asked, and how hard.
pub struct Load<'a> {
    /// The paths, asked in turn; each thread begins elsewhere.
    pub paths: &'a [String],
    /// The bearer key.
    pub key: &'a str,
    /// Connections, each with one request under way at most.
    pub connections: u32,
    /// For how long.
    pub duration: Duration,
    /// Milliseconds that a connection waits before each request, from the one to the other.
    pub pause: Option<(u32, u32)>,
}

/// Threads of the client.
const THREADS: u32 = 2;

/// What the client saw.
#[derive(Debug, Deserialize)]
pub struct Seen {
    requests: u64,
    microseconds: u64,
    bytes: u64,
    failed: u64,
    p50: f64,
    p99: f64,
}

impl Load<'_> {
    /// Puts the load on a server. An answer that is not 200 fails the bench.
    pub async fn run(&self, lab: &Lab, address: SocketAddr) -> anyhow::Result<Seen> {
        let script = lab.path().join("load.lua");
        fs::write(&script, self.script()).context("the script cannot be written")?;
        let output = Command::new("wrk")
            .arg(format!("-t{THREADS}"))
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{}s", self.duration.as_secs()))
            .args(["--timeout", "10s", "-s"])
            .arg(&script)
            .arg(format!("http://{address}"))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("wrk cannot be run; install Debian's package `wrk`")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find(|line| line.starts_with('{'));
        let line = line.with_context(|| {
            format!("wrk says nothing: {text}{}", String::from_utf8_lossy(&output.stderr))
        })?;
        let seen: Seen = serde_json::from_str(line)?;
        ensure!(seen.failed == 0 && seen.requests > 0, "requests failed: {seen:?}");
        Ok(seen)
    }

    /// The script by which `wrk` asks.
    pub fn script(&self) -> String {
        let paths: String = self.paths.iter().map(|path| format!("  {path:?},\n")).collect();
        let key = self.key;
        let pause = self.pause.map_or_else(String::new, |(from, to)| {
            format!("function delay() return math.random({from}, {to}) end\n")
        });
        format!(
            r#"local paths = {{
{paths}}}
local requests, position, threads = {{}}, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init()
  local headers = {{ ["Authorization"] = "Bearer {key}" }}
  for index, path in ipairs(paths) do requests[index] = wrk.format("GET", path, headers) end
  position = math.floor(number * #requests / {THREADS})
  math.randomseed(number + 1)
end

function request()
  position = position % #requests + 1
  return requests[position]
end
{pause}
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{{"requests":%d,"microseconds":%d,"bytes":%d,"failed":%d,"p50":%f,"p99":%f}}\n',
    summary.requests, summary.duration, summary.bytes, failed,
    latency:percentile(50), latency:percentile(99)))
end
"#
        )
    }
}

impl Seen {
    /// How many were answered.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// Requests a second.
    pub fn rate(&self) -> f64 {
        crate::watch::rate(self.requests, Duration::from_micros(self.microseconds))
    }

    /// Bytes of an answer, its head included, on average.
    pub fn answer_bytes(&self) -> u64 {
        self.bytes / self.requests
    }

    /// Milliseconds within which half of the answers came.
    pub fn median_milliseconds(&self) -> f64 {
        self.p50 / 1_000.0
    }

    /// Milliseconds within which 99 of 100 answers came.
    pub fn p99_milliseconds(&self) -> f64 {
        self.p99 / 1_000.0
    }
}
