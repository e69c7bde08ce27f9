//! Movements as banks print them.

use cartola_model::glosa;
use cartola_primitives::Rut;

use crate::data::{Bank, Glosa, data};
use crate::flow::{Detail, Kind};

/// The other side as a glosa names it.
#[derive(Default)]
pub(crate) struct Other {
    pub name: String,
    pub rut: Option<Rut>,
    pub bank: &'static str,
}

/// The text of a movement, folded and cut as the bank does.
pub(crate) fn of(
    bank: &'static Bank,
    kind: Kind,
    incoming: bool,
    detail: &Detail,
    other: &Other,
) -> String {
    let text = fill(template(bank, kind, incoming), detail, other);
    glosa::fold(&text).chars().take(bank.width).collect::<String>().trim_end().to_owned()
}

/// Where a movement was made, as banks say it.
pub(crate) fn channel(kind: Kind) -> &'static str {
    let usual = data().glosas.get(kind.name());
    usual.and_then(|glosa| glosa.channel.as_deref()).expect("glosas.toml has a row for every kind")
}

fn template(bank: &'static Bank, kind: Kind, incoming: bool) -> &'static str {
    let side = |glosa: &'static Glosa| {
        if incoming { glosa.incoming.as_deref() } else { glosa.outgoing.as_deref() }
    };
    let own = bank.glosas.get(kind.name()).and_then(side);
    let usual = || data().glosas.get(kind.name()).and_then(side);
    own.or_else(usual).expect("glosas.toml has a row for every kind and side")
}

fn fill(template: &str, detail: &Detail, other: &Other) -> String {
    let (part, of) = detail.part.unwrap_or_default();
    let rut = other.rut.map(|rut| rut.compact().replace('-', "")).unwrap_or_default();
    template
        .replace("{what}", detail.what)
        .replace("{place}", detail.place.unwrap_or_default())
        .replace(
            "{document}",
            &detail.document.map(|number| number.to_string()).unwrap_or_default(),
        )
        .replace("{n}", &format!("{part:02}"))
        .replace("{of}", &format!("{of:02}"))
        .replace("{name}", &other.name)
        .replace("{rut}", &rut)
        .replace("{bank}", other.bank)
}
