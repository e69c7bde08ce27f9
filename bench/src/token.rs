//! How many access tokens are checked a second, against the bare check of their signatures; and how many
//! are issued, against bare signing.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, ensure};
use cartola_crypto::jws::{Algorithm, Jwks};
use cartola_engine::tokens::Audience;
use cartola_model::Scope;
use cartola_model::access::Actor;
use cartola_primitives::randomness::OsRandomness;
use cartola_primitives::{Randomness, Secret};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer, SigningKey, VerifyingKey};

use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::site::{Kind, Site};
use crate::watch::{self, Readings};

/// Different tokens, checked over and over.
const TOKENS: usize = 100;

/// How often all of them are checked in a round: some 100 milliseconds, so that whatever else the
/// machine does falls on both.
const TIMES: u32 = 20;

/// Rounds of both, in turn.
const ROUNDS: usize = 25;

const AUDIENCE: Audience = Audience::new("bench");

/// Measures and reports.
pub async fn measure(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    say("checking tokens");
    let site = Site::new(lab, "tokens", Kind::Sqlite).await?;
    let checks = Checks::prepare(Installation::make(&site).await?).await?;
    checks.ours().await?;
    checks.bare()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(checks.ours().await?);
        bare.push(checks.bare()?);
    }
    let checked = "check of an access token (EdDSA) and of its client in the store";
    report.add(figure((checked, "signature alone"), "checks", (&ours, &bare)));
    say("issuing tokens");
    checks.issued().await?;
    checks.stamped();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(checks.issued().await?);
        bare.push(checks.stamped());
    }
    let issued = "access token (EdDSA) issued for a client's id and secret";
    report.add(figure((issued, "signing alone"), "tokens", (&ours, &bare)));
    drop(checks);
    lab::clear(&site.folder)
}

fn figure((what, against): (&str, &str), unit: &str, (ours, bare): (&[f64], &[f64])) -> Figure {
    let alone = of_rounds(&Readings::of(bare.iter().copied()), &format!("{unit}/s"));
    let each = Readings::of(ours.iter().copied());
    Figure {
        what: what.to_owned(),
        measured: of_rounds(&each, &format!("{unit}/s on one thread")),
        against: format!("{against}: {alone}"),
        ratio: Some(Readings::of(ours.iter().zip(bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.5",
    }
}

struct Checks {
    installation: Installation,
    client: Actor,
    id: String,
    secret: Secret<String>,
    bare: SigningKey,
    tokens: Vec<Secret<String>>,
    key: VerifyingKey,
    signed: Vec<(Vec<u8>, Signature)>,
}

impl Checks {
    async fn prepare(installation: Installation) -> anyhow::Result<Self> {
        let engine = &installation.engine;
        let keys = engine.issue(installation.tenant.clone(), &Scope::ALL).await?;
        let (id, secret) = (keys.client_id.to_string(), keys.client_secret.expose().clone());
        let mut tokens = Vec::with_capacity(TOKENS);
        for _ in 0..TOKENS {
            let issued = engine.issue_token(&id, &secret, AUDIENCE).await?;
            tokens.push(issued.context("the client is known")?.token);
        }
        let key = public_key(&engine.jwks().await?)?;
        let signed = tokens.iter().map(|token| signed(token.expose())).collect::<Result<_, _>>()?;
        let mut seed = [0; SECRET_KEY_LENGTH];
        OsRandomness.fill(&mut seed);
        let bare = SigningKey::from_bytes(&seed);
        let (client, secret) = (Actor::Credential(keys.client_id), Secret::new(secret));
        Ok(Self { installation, client, id, secret, bare, tokens, key, signed })
    }

    /// What the token endpoint does once it has read its form.
    async fn issued(&self) -> anyhow::Result<f64> {
        let begun = watch::start();
        for _ in 0..TOKENS * TIMES as usize {
            let engine = &self.installation.engine;
            let issued = engine.issue_token(&self.id, self.secret.expose(), AUDIENCE).await?;
            ensure!(issued.is_some(), "the client is unknown");
        }
        Ok(rate(begun.elapsed()))
    }

    /// The library under it, over texts of the same length.
    fn stamped(&self) -> f64 {
        let begun = watch::start();
        for (message, _) in self.signed.iter().cycle().take(TOKENS * TIMES as usize) {
            black_box(self.bare.sign(message));
        }
        rate(begun.elapsed())
    }

    /// What a facade does with the token of each request, before it knows who asks.
    async fn ours(&self) -> anyhow::Result<f64> {
        let begun = watch::start();
        for token in self.tokens.iter().cycle().take(TOKENS * TIMES as usize) {
            let who = self.installation.engine.principal_of_token(token.expose(), AUDIENCE).await?;
            ensure!(who.actor == self.client, "a token stands for somebody else");
        }
        Ok(rate(begun.elapsed()))
    }

    /// The library under it, over the same tokens decoded beforehand.
    fn bare(&self) -> anyhow::Result<f64> {
        let begun = watch::start();
        for (message, signature) in self.signed.iter().cycle().take(TOKENS * TIMES as usize) {
            self.key.verify_strict(message, signature).context("a signature is not the key's")?;
        }
        Ok(rate(begun.elapsed()))
    }
}

fn rate(time: Duration) -> f64 {
    watch::rate(TOKENS as u64 * u64::from(TIMES), time)
}

fn public_key(jwks: &Jwks) -> anyhow::Result<VerifyingKey> {
    let [key] = jwks.keys.as_slice() else { anyhow::bail!("there is one key") };
    ensure!(key.alg == Algorithm::EdDsa.name(), "the key signs by {}", key.alg);
    let bytes = BASE64URL_NOPAD.decode(key.x.as_bytes())?;
    let bytes = bytes.as_slice().try_into().context("a public key has 32 bytes")?;
    VerifyingKey::from_bytes(bytes).context("the public key is no point")
}

fn signed(token: &str) -> anyhow::Result<(Vec<u8>, Signature)> {
    let (message, signature) = token.rsplit_once('.').context("a token has parts")?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes())?;
    let signature = Signature::from_slice(&signature).context("a signature has 64 bytes")?;
    Ok((message.as_bytes().to_vec(), signature))
}
