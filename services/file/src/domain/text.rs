/// Looks at a text that comes in pieces, which may cut characters apart.
#[derive(Debug, Default)]
pub struct TextCheck {
    /// The beginning of a character whose rest is still to come.
    cut: Vec<u8>,
}

impl TextCheck {
    /// Whether the text, as far as it came, is UTF-8 and without the control characters that no text has.
    pub fn take(&mut self, piece: &[u8]) -> bool {
        let mut bytes = std::mem::take(&mut self.cut);
        bytes.extend_from_slice(piece);
        let valid = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return false,
        };
        self.cut = bytes.split_off(valid);
        !bytes.iter().any(|byte| is_binary(*byte))
    }

    /// Whether no character is left without its end.
    pub fn is_complete(&self) -> bool {
        self.cut.is_empty()
    }
}

fn is_binary(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_come_in_any_pieces() {
        let text = "一核,多元\r\n共治\t🏘".as_bytes();
        for size in 1..=text.len() {
            let mut check = TextCheck::default();
            assert!(text.chunks(size).all(|piece| check.take(piece)), "{size}");
            assert!(check.is_complete());
        }
    }

    #[test]
    fn what_is_no_text_is_noticed() {
        for bytes in [&b"\xff\xfea\0b\0"[..], b"a\0b", b"\xc0\xaf", b"\x1b[31m"] {
            assert!(!TextCheck::default().take(bytes), "{bytes:?}");
        }
        let mut cut = TextCheck::default();
        assert!(cut.take(&"核".as_bytes()[..2]) && !cut.is_complete());
        assert!(!cut.take(b"x"));
    }
}
