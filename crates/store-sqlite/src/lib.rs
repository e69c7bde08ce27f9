//! The embedded store: SQLite and a folder of sealed files.
