//! Everything that is logged on a thread, as text.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Captures at every level until it is dropped, on the thread that made it: a test's runtime must
/// have no other.
pub struct Capture {
    captured: Captured,
    _guard: DefaultGuard,
    /// As long as there is one subscriber alone, `tracing` asks a log line that is met for the
    /// first time on another thread whether *that* thread wants it, and remembers its no for all.
    _second: Dispatch,
}

impl Capture {
    /// Begins.
    pub fn begin() -> Self {
        let captured = Captured::default();
        let second = Dispatch::new(Captured::default());
        let guard = tracing::subscriber::set_default(captured.clone());
        Self { captured, _guard: guard, _second: second }
    }

    /// What was logged so far: one line for each span and event, with all fields.
    pub fn text(&self) -> String {
        self.captured.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The subscriber of a [`Capture`].
#[derive(Clone, Default)]
pub struct Captured {
    lines: Arc<Mutex<String>>,
}

impl Captured {
    fn write(&self, metadata: Option<&Metadata<'_>>, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields { line: metadata.map_or(String::new(), name_of) };
        record(&mut fields);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_str(&fields.line);
        lines.push('\n');
    }
}

fn name_of(metadata: &Metadata<'_>) -> String {
    format!("{} {} {}", metadata.level(), metadata.target(), metadata.name())
}

struct Fields {
    line: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.line, " {}={value:?}", field.name()).expect("a String takes every text");
    }
}

impl Subscriber for Captured {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(Some(span.metadata()), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write(None, |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(Some(event.metadata()), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
