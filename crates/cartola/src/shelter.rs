//! What a process that holds keys keeps from others on its machine.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Leaves no core dump, by which keys would come onto a disk, and lets nobody but root read the
/// memory of this process. A core dump that goes to a program (`kernel.core_pattern`) is not held
/// by its limit, so the process says too that it is not to be dumped.
pub fn close() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let limited = setrlimit(Resource::Core, none).is_ok();
    if !limited || !is_kept_undumped() {
        crate::output::note("cartola: core dumps of this process cannot be switched off");
    }
}

#[cfg(target_os = "linux")]
fn is_kept_undumped() -> bool {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn is_kept_undumped() -> bool {
    true
}
