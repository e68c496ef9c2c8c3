//! What an unquoted scalar means.

/// The meaning of an unquoted scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Text.
    Text,
}

/// Reads a scalar as Docker's loaders do: the YAML 1.2 core words, and octal numbers with a leading zero.
pub fn plain_text(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Bool(true),
        "false" | "False" | "FALSE" => return Plain::Bool(false),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Plain::Text;
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let radix = |prefix: &str, radix: u32| {
        digits.strip_prefix(prefix).and_then(|digits| i64::from_str_radix(digits, radix).ok())
    };
    let octal = || {
        let zero = digits.len() > 1 && digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        zero.then(|| radix("0", 8)).flatten()
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(octal) {
        return Plain::Int(sign * number);
    }
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.parse::<i64>().map_or(Plain::Text, |number| Plain::Int(sign * number));
    }
    let number_like =
        digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    match text.parse::<f64>() {
        Ok(number) if number_like && digits.bytes().any(|byte| byte.is_ascii_digit()) => Plain::Float(number),
        _ => Plain::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers() {
        assert_eq!(plain_text("yes"), Plain::Text);
        assert_eq!(plain_text("22:22"), Plain::Text);
        assert_eq!(plain_text("0440"), Plain::Int(288));
        assert_eq!(plain_text("0o440"), Plain::Int(288));
        assert_eq!(plain_text("-1"), Plain::Int(-1));
        assert_eq!(plain_text("0.5"), Plain::Float(0.5));
        assert_eq!(plain_text("1.2.3"), Plain::Text);
        assert_eq!(plain_text("-"), Plain::Text);
        assert_eq!(plain_text(""), Plain::Null);
    }
}
