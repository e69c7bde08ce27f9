//! Sealing, key ring, keyed look-ups and the hash chain, without IO.
