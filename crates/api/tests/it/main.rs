//! The API in process, over a store in memory.
