//! The mapping file. `docs/statement-files.md` is its reference, `docs/examples/mapping.toml` an
//! example that a test reads.

use cartola_model::{AccountKind, InstitutionId};
use cartola_primitives::Currency;
use serde::Deserialize;

use crate::amount::Separators;
use crate::limits::MAX_MAPPING_BYTES;
use crate::refusal::{self, Decoded};
use crate::text::{self, Charset};

/// A whole mapping.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    #[serde(default)]
    pub(super) file: FileKeys,
    pub(super) account: AccountKeys,
    pub(super) columns: ColumnKeys,
    #[serde(default)]
    pub(super) formats: FormatKeys,
}

/// `[file]`: how the text is laid out and what it speaks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileKeys {
    encoding: Option<Encoding>,
    delimiter: char,
    pub(super) skip_lines: u32,
    pub(super) header: bool,
    pub(super) order: Order,
    pub(super) complete: bool,
    #[serde(deserialize_with = "day")]
    pub(super) from: Option<toml::value::Date>,
    #[serde(deserialize_with = "day")]
    pub(super) as_of: Option<toml::value::Date>,
}

impl Default for FileKeys {
    fn default() -> Self {
        Self {
            encoding: None,
            delimiter: ',',
            skip_lines: 0,
            header: true,
            order: Order::Detect,
            complete: false,
            from: None,
            as_of: None,
        }
    }
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1252", alias = "iso-8859-1")]
    Windows1252,
}

/// Which movement comes first in the file.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    Detect,
    OldestFirst,
    NewestFirst,
}

/// `[account]`: what the file does not say of its account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountKeys {
    pub(super) currency: Currency,
    pub(super) institution: Option<InstitutionId>,
    pub(super) kind: Option<AccountKind>,
    pub(super) number: Option<String>,
    pub(super) holder_rut: Option<String>,
    pub(super) holder_name: Option<String>,
}

/// `[columns]`: which column holds what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnKeys {
    pub(super) date: Column,
    pub(super) description: Column,
    pub(super) amount: Option<Column>,
    pub(super) debit: Option<Column>,
    pub(super) credit: Option<Column>,
    pub(super) balance: Option<Column>,
    pub(super) value_date: Option<Column>,
    pub(super) document: Option<Column>,
    pub(super) reference: Option<Column>,
    pub(super) channel: Option<Column>,
    pub(super) branch: Option<Column>,
    pub(super) counterparty_name: Option<Column>,
    pub(super) counterparty_rut: Option<Column>,
    pub(super) counterparty_account: Option<Column>,
}

/// A column, by its header or counted from 1.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a header in quotes or a column number from 1")]
pub(super) enum Column {
    Number(u32),
    Header(String),
}

/// `[formats]`: how dates and amounts are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FormatKeys {
    pub(super) date: OneOrMore,
    decimal: char,
    thousands: Option<char>,
    pub(super) sign: Sign,
}

impl Default for FormatKeys {
    fn default() -> Self {
        Self {
            date: OneOrMore::One("DD/MM/YYYY".to_owned()),
            decimal: ',',
            thousands: Some('.'),
            sign: Sign::NegativeIsDebit,
        }
    }
}

/// One format of dates, or several that are tried in order.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a date format in quotes, or a list of them")]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(format) => std::slice::from_ref(format),
            Self::More(formats) => formats,
        }
    }
}

/// What the sign of a single amount column means.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sign {
    NegativeIsDebit,
    PositiveIsDebit,
}

impl Mapping {
    /// Reads a mapping.
    pub(super) fn parse(toml: &str) -> Decoded<Self> {
        if toml.len() > MAX_MAPPING_BYTES {
            let reason = format!("expected a mapping of at most {MAX_MAPPING_BYTES} bytes");
            return Err(refusal::mapping(reason));
        }
        let mapping: Self = toml::from_str(toml).map_err(|error| unreadable(&error, toml))?;
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Decoded<()> {
        let FormatKeys { decimal, thousands, .. } = self.formats;
        let is_mark =
            |mark: char| mark.is_ascii() && !mark.is_ascii_digit() && !"+-".contains(mark);
        if !is_mark(decimal) || thousands.is_some_and(|mark| !is_mark(mark) || mark == decimal) {
            let reason = "the mapping's formats.decimal and formats.thousands must be two marks, \
                          such as \",\" and \".\"";
            return Err(refusal::mapping(reason));
        }
        if !self.file.delimiter.is_ascii() || "\"\r\n".contains(self.file.delimiter) {
            return Err(refusal::mapping("the mapping's file.delimiter must be a mark or a tab"));
        }
        Ok(())
    }

    pub(super) fn charset(&self) -> Charset {
        match self.file.encoding {
            None => Charset::Detect,
            Some(Encoding::Utf8) => Charset::Utf8,
            Some(Encoding::Windows1252) => Charset::Windows1252,
        }
    }

    pub(super) fn delimiter(&self) -> u8 {
        byte(self.file.delimiter)
    }

    pub(super) fn separators(&self) -> Separators {
        let thousands = self.formats.thousands.map(byte);
        Separators::Fixed { decimal: byte(self.formats.decimal), thousands }
    }
}

fn byte(mark: char) -> u8 {
    u8::try_from(mark).expect("checked to be ASCII when the mapping was read")
}

fn day<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<toml::value::Date>, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    let missing = || serde::de::Error::custom("expected a date such as 2026-01-31");
    written.date.map(Some).ok_or_else(missing)
}

/// What is wrong and in which line of the mapping, in words of ours: serde's quote what was written,
/// and a value or a key may be a name, a RUT or an account's number.
fn unreadable(error: &toml::de::Error, toml: &str) -> cartola_connector::DecodeError {
    let line = text::line_of(toml.as_bytes(), error.span().map_or(0, |span| span.start));
    let message = without_quotes(error.message());
    refusal::mapping(format!("line {line} of the mapping: {message}"))
}

fn without_quotes(message: &str) -> String {
    // The last one, since what is quoted before it may have the same words.
    let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
    if let Some(quoted) = message.strip_prefix("unknown field `") {
        let key = quoted.split('`').next().filter(|key| is_plain(key));
        let unknown = key.map_or("unknown key".to_owned(), |key| format!("unknown key `{key}`"));
        return expected.map_or(unknown.clone(), |keys| format!("{unknown}, expected {keys}"));
    }
    let quotes = ["unknown variant ", "invalid type: ", "invalid value: ", "invalid length "];
    if quotes.iter().any(|start| message.starts_with(start)) {
        return match expected {
            Some("u32") => "expected a number".to_owned(),
            Some(expected) => format!("expected {expected}"),
            None => "expected another value".to_owned(),
        };
    }
    message.lines().next().unwrap_or_default().to_owned()
}

/// Longest key that a refusal repeats, in bytes.
const MAX_REPEATED_KEY: usize = 40;

/// Whether a key looks like a misspelt one of ours, and not like something of a person's.
fn is_plain(key: &str) -> bool {
    (1..=MAX_REPEATED_KEY).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
