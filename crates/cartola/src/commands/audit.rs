//! `cartola audit`: proving that the trail is whole, keeping anchors of it, and handing it out signed.

mod anchors;
mod check;
mod export;
pub mod files;
mod kept;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

/// What to do with the audit trail.
#[derive(Subcommand)]
pub enum Verb {
    /// Prove that no entry was changed, left out, put in or cut off, and that consents are as it says
    ///
    /// The trail is compared with its head, which stands in the same store, and with the store's anchors,
    /// which are signed. Whoever can rewrite the store can set all of it back to an earlier day: keep
    /// anchors or a head elsewhere, and give them with --anchors or --head later, then that cannot be done
    /// unseen either.
    Verify(verify::Verify),
    /// List the signed anchors of the trail, to be kept elsewhere
    ///
    /// The gateway makes one for each day on which a trail has grown, in the hour after it.
    Anchors(anchors::Arguments),
    /// Write out authorizations, accesses, consents or all entries, with a signed description beside it
    Export(export::Arguments),
    /// Check that a file is as it was exported
    Check(check::Arguments),
    /// Print the public key that anchors and exports are signed with
    Key(check::KeyArguments),
}

impl Verb {
    /// Whether it does nothing but print what is there.
    pub const fn only_prints(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Verify(arguments) => verify::run(arguments).await,
        Verb::Anchors(arguments) => anchors::run(arguments).await,
        Verb::Export(arguments) => export::run(arguments).await,
        Verb::Check(arguments) => check::run(arguments).await,
        Verb::Key(arguments) => check::key(arguments).await,
    }
}
