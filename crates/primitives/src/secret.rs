//! Values that no log, error or answer may show.

use serde::{Deserialize, Deserializer};
use zeroize::Zeroize;

/// Holds a secret and wipes it from memory when dropped.
///
/// It has no `Debug`, `Display`, `Clone` or `Serialize`, so neither has a struct that contains
/// one unless its author writes it by hand. It can be deserialized, for configuration files.
pub struct Secret<T: Zeroize> {
    value: T,
}

impl<T: Zeroize> Secret<T> {
    /// Takes the secret over. The caller must not keep a copy.
    pub fn new(value: T) -> Self {
        Self { value }
    }

    /// Shows the secret. Search for this name to find every place that handles one.
    pub fn expose(&self) -> &T {
        &self.value
    }

    /// Gives the secret up; wiping it is the caller's duty from here on.
    pub fn into_inner(mut self) -> T
    where
        T: Default,
    {
        std::mem::take(&mut self.value)
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}
