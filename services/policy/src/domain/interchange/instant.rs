use yihe_kernel::Timestamp;

/// UTC with six digits behind the point always, so that the order of texts is that of instants.
pub(super) fn fixed(instant: Timestamp) -> String {
    let text = instant.to_string();
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_texts_is_that_of_instants() {
        let instants = [0, 1, 10, 999_999, 1_000_000, 1_790_000_000_000_000].map(Timestamp::from_micros);
        let texts = instants.map(fixed);
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() == texts[0].len()));
        assert_eq!(texts.map(|text| text.parse::<Timestamp>().unwrap()), instants);
    }
}
