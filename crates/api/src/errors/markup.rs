//! The catalogue of problems as Markdown and as HTML.

use cartola_http::problem::catalogue::{Entry, entries};
use cartola_http::problem::{Retry, Text};

/// A generated page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPage {
    /// Its file's name under `docs/errors`.
    pub file: String,
    /// Markdown.
    pub text: String,
}

/// All pages of `docs/errors`: one for each code, and their index.
pub fn error_pages() -> Vec<ErrorPage> {
    let page = |entry| ErrorPage { file: file_of(entry), text: markdown(entry) };
    let mut pages: Vec<ErrorPage> = entries().map(page).collect();
    pages.push(ErrorPage { file: "README.md".to_owned(), text: index() });
    pages
}

fn file_of(entry: &Entry) -> String {
    format!("{}.md", entry.name)
}

fn index() -> String {
    let mut text = String::from(
        "# Error codes\n\nGenerated from the catalogue in `crates/http` by `cargo xtask generate`. The gateway serves the same pages under `/errors`.\n\n| code | status | English | español |\n|---|---|---|---|\n",
    );
    let row = |entry: &Entry| {
        let Entry { name, status, title, .. } = entry;
        format!("| [`{name}`]({name}.md) | {status} | {} | {} |\n", title.en, title.es)
    };
    text.extend(entries().map(row));
    text
}

fn markdown(entry: &Entry) -> String {
    let Entry { name, status, title, meaning, remedy, .. } = entry;
    let class = class_of(entry);
    let retry = retry_words(entry.retry);
    format!(
        "# `{name}`\n\nHTTP {status} · class `{class}` · retry `{}`\n\n## {}\n\n{}\n\n**What to do.** {}\n\n**Retrying.** {}\n\n## {}\n\n{}\n\n**Qué hacer.** {}\n\n**Reintento.** {}\n",
        entry.retry.name(),
        title.en,
        meaning.en,
        remedy.en,
        retry.en,
        title.es,
        meaning.es,
        remedy.es,
        retry.es,
    )
}

fn class_of(entry: &Entry) -> String {
    let class = serde_json::to_value(entry.failure).expect("a class is a word");
    class.as_str().expect("a class is a word").to_owned()
}

fn retry_words(retry: Retry) -> Text {
    match retry {
        Retry::Never => {
            Text::fixed("The same request will fail again.", "La misma solicitud volverá a fallar.")
        }
        Retry::AfterChange => Text::fixed(
            "Only after the request, the file or the key has been changed.",
            "Solo después de cambiar la solicitud, el archivo o la clave.",
        ),
        Retry::Later { .. } => Text::fixed(
            "The same request later; `Retry-After` says when.",
            "La misma solicitud más tarde; `Retry-After` dice cuándo.",
        ),
    }
}

/// The page of one code.
pub fn page_html(entry: &Entry) -> String {
    let retry = retry_words(entry.retry);
    let section = |language: &str, heading: &str, texts: [&str; 3], labels: [&str; 2]| {
        let [meaning, remedy, retry] = texts.map(marked_up);
        let [what, again] = labels;
        format!(
            "<section lang=\"{language}\"><h2>{}</h2><p>{meaning}</p><p><strong>{what}</strong> {remedy}</p><p><strong>{again}</strong> {retry}</p></section>",
            marked_up(heading)
        )
    };
    let english = section(
        "en",
        &entry.title.en,
        [&entry.meaning.en, &entry.remedy.en, &retry.en],
        ["What to do.", "Retrying."],
    );
    let spanish = section(
        "es",
        &entry.title.es,
        [&entry.meaning.es, &entry.remedy.es, &retry.es],
        ["Qué hacer.", "Reintento."],
    );
    let (name, status) = (entry.name, entry.status);
    framed(
        name,
        &format!(
            "<h1><code>{name}</code></h1><p>HTTP {status} · <code>{}</code></p>{english}{spanish}<p><a href=\"/errors\">All codes · Todos los códigos</a></p>",
            class_of(entry)
        ),
    )
}

/// The list of all codes.
pub fn index_html() -> String {
    let row = |entry: &Entry| {
        let Entry { name, status, title, .. } = entry;
        format!(
            "<tr><td><a href=\"/errors/{name}\"><code>{name}</code></a></td><td>{status}</td><td>{}</td><td lang=\"es\">{}</td></tr>",
            marked_up(&title.en),
            marked_up(&title.es)
        )
    };
    let rows: String = entries().map(row).collect();
    framed(
        "Error codes",
        &format!(
            "<h1>Error codes · <span lang=\"es\">Códigos de error</span></h1><table><thead><tr><th>code</th><th>status</th><th>English</th><th>español</th></tr></thead><tbody>{rows}</tbody></table>"
        ),
    )
}

fn framed(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} · Cartola</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}code{{background:#f1f1f1;padding:0 .25em}}td,th{{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}}</style></head><body><main>{body}</main></body></html>\n"
    )
}

/// Our Markdown, which knows code spans alone, as HTML.
fn marked_up(text: &str) -> String {
    let piece = |(index, piece): (usize, &str)| {
        let escaped = piece.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if index % 2 == 1 { format!("<code>{escaped}</code>") } else { escaped }
    };
    text.split('`').enumerate().map(piece).collect()
}
