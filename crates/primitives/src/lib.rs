//! Values every room speaks: RUT, money, ids, time, randomness, bank days, secrets.
