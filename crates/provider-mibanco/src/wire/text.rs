//! How values that may not print themselves are written on the wire.

/// A RUT with dots, as the document prints it: `12.345.678-5`. Every written form is read.
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

/// The same where it may be absent.
pub mod optional_rut {
    use cartola_primitives::Rut;
    use serde::{Deserializer, Serializer};

    #[allow(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature serde calls"
    )]
    pub fn serialize<S: Serializer>(rut: &Option<Rut>, serializer: S) -> Result<S::Ok, S::Error> {
        match rut {
            Some(rut) => super::rut::serialize(rut, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Rut>, D::Error> {
        super::rut::deserialize(deserializer).map(Some)
    }
}

/// An account as its bank writes it: `00-123-45678-90`.
pub mod account {
    use cartola_model::AccountNumber;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(
        number: &AccountNumber,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(number.written())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<AccountNumber, D::Error> {
        AccountNumber::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
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

/// Secrets that may be absent.
pub mod optional_secret {
    use cartola_primitives::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::ref_option, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(
        secret: &Option<Secret<String>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => super::secret::serialize(secret, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret<String>>, D::Error> {
        Secret::deserialize(deserializer).map(Some)
    }
}

/// Several of them.
pub mod optional_secrets {
    use cartola_primitives::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::ref_option, reason = "the signature serde calls")]
    pub fn serialize<S: Serializer>(
        secrets: &Option<Vec<Secret<String>>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match secrets {
            Some(secrets) => serializer.collect_seq(secrets.iter().map(Secret::expose)),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<Secret<String>>>, D::Error> {
        Vec::deserialize(deserializer).map(Some)
    }
}
