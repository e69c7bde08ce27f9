//! Credentials as clients of our own API give them.

use std::collections::BTreeMap;

use cartola_connector::{CredentialForm, FieldKind};
use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Secret};

use crate::Engine;

impl Engine {
    /// Whether sessions at the institution are opened here.
    pub fn asks(&self, institution: &InstitutionId) -> bool {
        self.connectors().served(institution).is_some()
    }

    /// The fields of one of the institution's forms: those that are given, and the holder's RUT where
    /// the form wants it and it was not given. Fields that fit no form stay as they are, and are
    /// refused when a link is begun with them.
    pub fn with_holder(
        &self,
        institution: &InstitutionId,
        holder: Rut,
        mut fields: BTreeMap<String, Secret<String>>,
    ) -> BTreeMap<String, Secret<String>> {
        let Some(served) = self.connectors().served(institution) else { return fields };
        let fits = |form: &&CredentialForm| {
            let known = |name: &String| form.fields.iter().any(|field| field.name == name);
            fields.keys().all(known)
        };
        let Some(form) = served.credentials.forms.iter().find(fits) else { return fields };
        for field in form.fields.iter().filter(|field| field.kind == FieldKind::Rut) {
            fields.entry(field.name.to_owned()).or_insert_with(|| Secret::new(holder.compact()));
        }
        fields
    }
}
