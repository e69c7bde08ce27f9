//! Glosas in the form in which phrases are looked for.

/// Longest glosa that is looked at, folded, in bytes; what stands beyond says nothing. No bank that
/// we know prints more than 120 characters.
pub const MAX_FOLDED: usize = 256;

/// Letters and digits in upper case without accents, words parted by one blank, and a blank at both
/// ends: so a phrase with blanks around it is found as whole words.
pub struct Folded {
    bytes: [u8; MAX_FOLDED],
    length: usize,
}

/// What each ASCII character becomes; everything but letters and digits is a blank.
const ASCII: [u8; 128] = {
    let mut table = [b' '; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        let letter = byte.to_ascii_uppercase();
        if letter.is_ascii_alphanumeric() {
            table[byte as usize] = letter;
        }
        byte += 1;
    }
    table
};

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded = Self { bytes: [b' '; MAX_FOLDED], length: 1 };
        if text.is_ascii() {
            for byte in text.bytes() {
                folded.push(ASCII[usize::from(byte)]);
            }
        } else {
            for letter in text.chars() {
                folded.push(base(letter));
            }
        }
        folded.push(b' ');
        folded
    }

    /// With a blank at both ends; one blank where there is nothing else.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Without them.
    pub fn trimmed(&self) -> &[u8] {
        self.as_bytes().trim_ascii()
    }

    /// The last place is kept for the blank at the end.
    fn push(&mut self, byte: u8) {
        let is_blank = byte == b' ';
        if is_blank && self.bytes[self.length - 1] == b' ' {
            return;
        }
        if self.length < MAX_FOLDED - 1 || (is_blank && self.length < MAX_FOLDED) {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
    }
}

fn base(letter: char) -> u8 {
    match letter {
        'á' | 'à' | 'ä' | 'â' | 'ã' | 'Á' | 'À' | 'Ä' | 'Â' | 'Ã' => b'A',
        'é' | 'è' | 'ë' | 'ê' | 'É' | 'È' | 'Ë' | 'Ê' => b'E',
        'í' | 'ì' | 'ï' | 'î' | 'Í' | 'Ì' | 'Ï' | 'Î' => b'I',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' | 'Ó' | 'Ò' | 'Ö' | 'Ô' | 'Õ' => b'O',
        'ú' | 'ù' | 'ü' | 'û' | 'Ú' | 'Ù' | 'Ü' | 'Û' => b'U',
        'ñ' | 'Ñ' => b'N',
        'ç' | 'Ç' => b'C',
        _ => u8::try_from(letter)
            .ok()
            .and_then(|byte| ASCII.get(usize::from(byte)).copied())
            .unwrap_or(b' '),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(std::str::from_utf8(Folded::of(text).as_bytes()).unwrap(), expected, "{text}");
    }

    #[test]
    fn words_are_parted_by_one_blank() {
        check("", " ");
        check("  --  ", " ");
        check("Pago:Línea de Crédito", " PAGO LINEA DE CREDITO ");
        check("APPLE.COM/BILL 12", " APPLE COM BILL 12 ");
        check("Ñuñoa · 日本", " NUNOA ");
    }

    #[test]
    fn what_is_too_long_is_cut_and_still_ends_in_a_blank() {
        for length in MAX_FOLDED - 4..MAX_FOLDED + 4 {
            let text = "A".repeat(length);
            let folded = Folded::of(&text);
            assert_eq!(folded.trimmed().len(), length.min(MAX_FOLDED - 2), "{length}");
            assert!(folded.as_bytes().ends_with(b"A "), "{length}");
        }
    }
}
