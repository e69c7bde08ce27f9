//! Storage traits per domain, the unit of work and the contract every backend passes.
