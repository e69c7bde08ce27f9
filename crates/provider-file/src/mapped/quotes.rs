//! Quotes of CSV. The reader of lines takes whatever it finds, and a quote that is not closed, or
//! not where a field ends, makes it swallow the lines that follow.

/// Where the reading of a file is.
enum At {
    /// Before a field's first sign.
    Start,
    /// In a field without quotes, where one more means itself.
    Plain,
    /// Behind the quote that opens a field which begins in that line.
    Quoted(u64),
    /// Behind a quote within one: the first of two that mean one, or the field's last sign.
    Closed(u64),
}

/// The line, from 1, of the first field whose quote is not closed, or is closed in its middle.
pub fn broken(text: &str, delimiter: u8) -> Option<u64> {
    let (mut at, mut line) = (At::Start, 1);
    for byte in text.bytes() {
        let ends_field = byte == delimiter || byte == b'\r' || byte == b'\n';
        at = match at {
            At::Quoted(begun) if byte == b'"' => At::Closed(begun),
            At::Quoted(begun) => At::Quoted(begun),
            At::Closed(begun) if byte == b'"' => At::Quoted(begun),
            At::Closed(begun) if !ends_field => return Some(begun),
            At::Start if byte == b'"' => At::Quoted(line),
            At::Start | At::Plain | At::Closed(_) if ends_field => At::Start,
            At::Start | At::Plain | At::Closed(_) => At::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    if let At::Quoted(begun) = at { Some(begun) } else { None }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn quotes_that_enclose_whole_fields_are_sound() {
        for text in [
            "",
            "a;b\n",
            "\"a\";\"b\"\r\n\"c\"",
            "\"two\nlines\";1\n",
            "\"he said \"\"no\"\"\";1",
            "\"\";\"\"",
            "5\" pipe;a \"b\" c\n",
            "\"ends here\"",
        ] {
            assert_eq!(broken(text, b';'), None, "{text:?}");
        }
    }

    #[test]
    fn the_line_of_a_field_that_goes_on_is_named() {
        for (text, line) in [
            ("a;\"b\nc;d\n", 1),
            ("x\n03/10;\"OPEN;2\n04/10;\"CLOSED;3\n", 2),
            ("x\ny\n\"a\"b;c\n", 3),
            ("\"a\" ;c\n", 1),
            ("\"\"\"", 1),
        ] {
            assert_eq!(broken(text, b';'), Some(line), "{text:?}");
        }
    }
}
