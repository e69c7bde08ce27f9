/// Hands the framed `label` and `fields` to `absorb`, piece by piece, so that a secret field is
/// never copied into a buffer that nobody wipes.
pub fn frame(label: &'static str, fields: &[&[u8]], mut absorb: impl FnMut(&[u8])) {
    absorb_one(label.as_bytes(), &mut absorb);
    for field in fields {
        absorb_one(field, &mut absorb);
    }
}

fn absorb_one(field: &[u8], absorb: &mut impl FnMut(&[u8])) {
    absorb(&(field.len() as u64).to_be_bytes());
    absorb(field);
}

/// The framed `label` and `fields` as bytes; for fields that are no secret.
pub fn framed(label: &'static str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame(label, fields, |piece| bytes.extend_from_slice(piece));
    bytes
}
