//! What is wrong in a configuration, told by line and key. The TOML library's own words quote values,
//! and any value may be a secret in the wrong place, so they are not passed on.

/// Longest unknown key that is named, in characters: a secret is longer.
const MAX_NAMED_KEY: usize = 40;

const PATH: &str = "a path in quotes";
const SECRET: &str = "a text in quotes";
const COUNT: &str = "a whole number from 1 to 4294967295";

/// What a table is written as.
const TABLE: &str = "a table";
const TEXT: &str = "a text in quotes";

/// Every key, and what is expected of its value.
const EXPECTED: [(&str, &str); 61] = [
    ("data", PATH),
    ("listen", "an address and a port in quotes, such as \"127.0.0.1:8080\""),
    ("master_key", SECRET),
    ("master_key_file", PATH),
    ("master_key_command", "a list of texts in quotes: a program and its arguments"),
    ("retired_master_keys", "a list of texts in quotes"),
    ("retired_master_keys_file", PATH),
    ("metrics", "true or false"),
    ("limits", TABLE),
    ("log", TABLE),
    ("store", TABLE),
    ("jobs", TABLE),
    ("tokens", TABLE),
    ("payments", TABLE),
    ("categories", TABLE),
    ("rules_files", "a table of paths in quotes, each under the id of a tenant"),
    ("institution", TABLE),
    ("facade", TABLE),
    ("floid", TABLE),
    ("khipu", TABLE),
    ("mibanco", TABLE),
    ("synaptic", TABLE),
    ("host", "a host name in quotes, such as \"khipu.example.cl\""),
    ("default_bank", "the id of a bank in quotes, such as \"banco-chile\""),
    ("default_banks", "a table of ids of banks in quotes, each under the id of a tenant"),
    ("public_url", "a URL in quotes, such as \"https://gateway.example\""),
    ("embed_origins", "a table of lists of origins in quotes, each under the id of a tenant"),
    ("tenant", "the id of a tenant in quotes"),
    ("bank", "the id of a bank in quotes, such as \"banco-chile\""),
    ("require_device", "true or false"),
    ("account", TEXT),
    ("rut", TEXT),
    ("name", TEXT),
    ("base_url", "a URL in quotes"),
    ("protocol", "\"mibanco\", \"apistore\", \"apistore-gateway\" or \"portal\""),
    ("names", "a table of texts in quotes"),
    ("pays_by", "\"pagos\" or \"abono-en-linea\""),
    ("calls_per_second", COUNT),
    ("readings_per_hour", COUNT),
    ("readings_per_day", COUNT),
    ("requests_per_second", COUNT),
    ("requests_at_once", COUNT),
    ("connections", COUNT),
    ("request_seconds", COUNT),
    ("header_seconds", COUNT),
    ("drain_seconds", COUNT),
    ("format", "\"text\" or \"json\""),
    (
        "level",
        "off, error, warn, info, debug, trace, or directives such as info,cartola_engine=debug",
    ),
    ("readers", COUNT),
    ("busy_seconds", COUNT),
    ("max_mebibytes", COUNT),
    ("postgres", SECRET),
    ("postgres_file", PATH),
    ("postgres_owner", SECRET),
    ("postgres_owner_file", PATH),
    ("authorities", PATH),
    ("serve", "true or false"),
    ("at_once", COUNT),
    ("of_institution", COUNT),
    ("of_tenant", COUNT),
    ("algorithm", "\"EdDSA\" or \"ES256\""),
];

/// What is wrong and in which line.
pub fn told(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = 1 + before.matches('\n').count();
    format!("line {line}: {}", sentence(error.message(), before, text))
}

fn sentence(message: &str, before: &str, text: &str) -> String {
    if let Some(unknown) = unknown_field(message) {
        return unknown;
    }
    if let Some((key, expected)) = key_before(before) {
        return format!("`{key}` is wrong: expected {expected}");
    }
    if toml::from_str::<toml::Table>(text).is_err() {
        return "this is no TOML: a line is `key = value`, a text is in quotes, and a key is set once"
            .to_owned();
    }
    "a value of the wrong kind".to_owned()
}

/// The unknown key with those there are; one that may be a secret is not named.
fn unknown_field(message: &str) -> Option<String> {
    let (name, known) = message.strip_prefix("unknown field `")?.rsplit_once("`, expected ")?;
    let is_plain = name.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-".contains(sign));
    let name = if is_plain && name.len() <= MAX_NAMED_KEY {
        format!("unknown field `{name}`")
    } else {
        "an unknown field".to_owned()
    };
    Some(format!("{name}, expected {known}"))
}

/// The key whose value begins where the text ends, if it is one of ours.
fn key_before(before: &str) -> Option<(&'static str, &'static str)> {
    let key = before.trim_end().strip_suffix('=')?.trim_end();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let key = &key[key.trim_end_matches(is_sign).len()..];
    EXPECTED.into_iter().find(|(name, _)| *name == key)
}
