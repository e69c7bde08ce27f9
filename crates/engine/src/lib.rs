//! Use cases: tenants, consents, imports, accounts, movements, audit.
