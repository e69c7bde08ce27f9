//! How values that may not print themselves are written on the wire.

/// A RUT with dots: `12.345.678-5`. Every written form is read.
pub mod rut {
    use cartola_primitives::Rut;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(rut: &Rut, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&rut.dotted())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rut, D::Error> {
        Rut::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A secret, in the open: for the body of the one request or answer that carries it.
pub mod secret {
    use cartola_primitives::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(
        secret: &Secret<String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<String>, D::Error> {
        Secret::deserialize(deserializer)
    }
}
