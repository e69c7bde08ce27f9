//! `cartola links add`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use cartola_connector::ErrorKind;
use cartola_engine::links::wording::{self, MANDATE_DAYS, MAX_MANDATE_DAYS, MAX_PURPOSE};
use cartola_engine::links::{Extent, LinkError, Mandate, NewLink, PaysFor};
use cartola_engine::once::Reply;
use cartola_model::{Catalogue, ConsentData, InstitutionId, Principal};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Rut, Secret, Timestamp, santiago};
use clap::Args;
use serde::Serialize;

use super::client::Access;
use crate::problem::wrong_use;
use crate::tenant::Whose;
use crate::{keys, output};

#[derive(Args)]
pub struct Arguments {
    /// Id of the institution, such as banco-chile
    #[arg(value_parser = InstitutionId::parse)]
    institution: InstitutionId,
    /// RUT of the person or company whose accounts or products they are
    #[arg(long)]
    rut: String,
    #[command(flatten)]
    secret: SecretFile,
    #[command(flatten)]
    access: Access,
    /// What the data is wanted for, one sentence; to be read for the tenant unless said otherwise
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// On how many days after today it is allowed; 36 months at most
    #[arg(
        long, value_name = "N", default_value_t = MANDATE_DAYS,
        value_parser = clap::value_parser!(u16).range(1..=i64::from(MAX_MANDATE_DAYS))
    )]
    days: u16,
    /// Which data may be read, such as movements,cards; all that the institution tells without it
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    products: Vec<String>,
    /// Who receives the data beside the tenant; nobody without it
    #[arg(long, value_name = "NAME", value_parser = recipient)]
    recipient: Option<String>,
    /// Let payouts be made with these credentials too; without it they are read with alone
    #[arg(long)]
    payments: bool,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Never a secret as an argument: other users of the machine see those.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct SecretFile {
    /// File whose first line is the password
    #[arg(long = "password-file", value_name = "FILE")]
    password: Option<PathBuf>,
    /// File whose first line is the mobile PIN
    #[arg(long = "pin-file", value_name = "FILE")]
    pin: Option<PathBuf>,
    /// File whose first line is the secret of the client that --client-id names, for an institution
    /// that is reached through ApiStore
    #[arg(long = "client-secret-file", value_name = "FILE", requires_all = ["client_id", "account"])]
    client: Option<PathBuf>,
}

impl SecretFile {
    /// The secret and which field of a credential it is.
    fn read(&self) -> anyhow::Result<(&'static str, Secret<String>)> {
        match (&self.password, &self.pin, &self.client) {
            (Some(path), ..) => Ok(("password", keys::read_first_line(path)?)),
            (_, Some(path), _) => Ok(("mi_pin", keys::read_first_line(path)?)),
            (.., Some(path)) => Ok(("client_secret", keys::read_first_line(path)?)),
            (None, None, None) => Err(wrong_use(
                "name a file with --password-file, --pin-file or --client-secret-file",
            )),
        }
    }
}

#[derive(Serialize)]
struct Begun<'a> {
    link: LinkId,
    institution: &'a str,
    expires_at: Timestamp,
    mandate: &'a str,
    /// Where the institution may post notifications, behind the gateway's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<String>,
}

fn recipient(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_sound = (1..=MAX_PURPOSE).contains(&text.chars().count());
    if is_sound {
        Ok(text.to_owned())
    } else {
        Err(format!("a name of at most {MAX_PURPOSE} characters"))
    }
}

impl Arguments {
    fn extent(&self) -> anyhow::Result<Extent<'_>> {
        let data = match &self.products[..] {
            [] => None,
            names => {
                let data = ConsentData::parse(names.iter().map(String::as_str));
                let wrong = || wrong_use("--products are names such as movements, cards or debts");
                Some(data.ok_or_else(wrong)?)
            }
        };
        Ok(Extent { recipient: self.recipient.as_deref(), data })
    }
}

/// Begins a link.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let usual = wording::usual_purpose(&arguments.institution);
    let purpose = arguments.purpose.as_deref().unwrap_or(usual).trim();
    if purpose.is_empty() || purpose.chars().count() > MAX_PURPOSE {
        return Err(wrong_use(format!(
            "--purpose is a sentence of at most {MAX_PURPOSE} characters"
        )));
    }
    if arguments.payments && !wording::can_pay(&arguments.institution) {
        return Err(wrong_use("--payments is for banks: nothing is paid from anywhere else"));
    }
    // Not by clap, whose message would quote it.
    let rut = Rut::parse(&arguments.rut).map_err(|error| wrong_use(format!("--rut: {error}")))?;
    if let Some(portal) = Catalogue::bundled().portal_instead(&arguments.institution, rut) {
        return Err(wrong_use(format!(
            "--rut is a company's, and {} lets people in alone: its companies sign in at {}",
            arguments.institution, portal.id
        )));
    }
    let client = arguments.access.read()?;
    let (field, secret) = arguments.secret.read().context("the credentials cannot be read")?;
    let written = Secret::new(rut.compact());
    let fields = [("rut".to_owned(), written), (field.to_owned(), secret)];
    let fields: BTreeMap<_, _> = fields.into_iter().chain(client).collect();
    let (gateway, tenant) = arguments.whose.open().await?;
    let extent = arguments.extent()?;
    let last = wording::last_day(gateway.engine.now(), arguments.days);
    let pays = PaysFor::tenant_where(arguments.payments);
    let shown =
        wording::mandate_text(&tenant.name, &arguments.institution, rut, (purpose, pays), last);
    let shown = wording::about(shown, extent);
    let expires_at = santiago::end_of_day(last);
    let wanted = NewLink {
        institution: arguments.institution.clone(),
        rut,
        fields: &fields,
        mandate: Mandate { purpose, evidence: shown.as_bytes(), expires_at: Some(expires_at) },
        proven: false,
        pays,
    };
    let who = Principal::operator(tenant.id);
    let begun = gateway.engine.begin_link_about(&who, &wanted, extent, Reply::NONE).await;
    let institution = arguments.institution.as_str();
    let link = begun.map_err(|error| not_begun(&arguments.institution, error))?.link.id;
    let notifications = arguments.access.notifications(tenant.id, link);
    let kept = gateway.engine.kept_words(tenant.id, &shown);
    let begun = Begun { link, institution, expires_at, mandate: &kept, notifications };
    print(&begun, arguments.json)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn print(begun: &Begun<'_>, json: bool) -> anyhow::Result<()> {
    let Begun { link, mandate, notifications, .. } = begun;
    if json {
        output::json(begun)?;
        return Ok(());
    }
    output::line(format_args!("{mandate}\n\nbegun {link}; `cartola sync {link}` reads it"))?;
    if let Some(path) = notifications {
        output::line(format_args!("notifications: POST {path} of this gateway"))?;
    }
    Ok(())
}

fn not_begun(institution: &InstitutionId, error: LinkError) -> anyhow::Error {
    match error {
        LinkError::Institution(_) if Catalogue::bundled().find(institution).is_none() => {
            let ids: Vec<_> = Catalogue::bundled().iter().map(|row| row.id.as_str()).collect();
            anyhow!("there is no {institution} in the catalogue; there are: {}", ids.join(", "))
        }
        LinkError::Institution(error) if error.kind == ErrorKind::Unsupported => anyhow!(
            "{institution} is not asked here; set `base_url` under [institution.{institution}] in \
             the configuration"
        ),
        error => anyhow::Error::new(error).context("the link is not begun"),
    }
}
