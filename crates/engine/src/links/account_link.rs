//! Links as facades hand them out: opaque, unforgeable, good for their tenant alone.

use cartola_model::Principal;
use cartola_primitives::id::LinkId;
use cartola_store::people::LinkRow;
use data_encoding::BASE64URL_NOPAD;

use crate::access::Subject;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Bytes of a link's id.
const ID_BYTES: usize = 16;

impl Engine {
    /// A link in the form in which a facade's clients hold it: base64url of its id and of a keyed
    /// digest of that id. It is the same each time and stored nowhere.
    pub fn account_link(&self, who: &Principal, link: LinkId) -> String {
        let digest = self.vault().digest(purpose::ACCOUNT_LINK, who.tenant, link.as_bytes());
        BASE64URL_NOPAD.encode(&[&link.as_bytes()[..], &digest.as_bytes()[..]].concat())
    }

    /// The link that [`Self::account_link`] gave to this tenant; none for any other text, and the
    /// answer does not tell why. The digest is compared in constant time.
    pub async fn link_of_account_link(
        &self,
        who: &Principal,
        text: &str,
    ) -> Result<Option<LinkRow>, EngineError> {
        let Ok(bytes) = BASE64URL_NOPAD.decode(text.as_bytes()) else { return Ok(None) };
        let Some((id, digest)) = bytes.split_first_chunk::<ID_BYTES>() else { return Ok(None) };
        let Ok(digest) = digest.try_into() else { return Ok(None) };
        let known = self.vault().digest(purpose::ACCOUNT_LINK, who.tenant, id);
        if known != cartola_crypto::Digest::from_bytes(digest) {
            return Ok(None);
        }
        let id = LinkId::from_bytes(*id);
        self.note_access(who, "link.read", Subject::one(id));
        Ok(self.store().link(who.tenant, id).await?)
    }
}
