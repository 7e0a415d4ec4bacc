use std::future::Future;

tokio::task_local! {
    static LOCALE: Locale;
}

/// The language of messages to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Locale {
    /// Chinese, the platform's first language.
    #[default]
    ZhCn,
    /// English.
    En,
}

impl Locale {
    /// The first language of an `accept-language` header that we speak; Chinese where there is none.
    #[must_use]
    pub fn from_accept_language(header: Option<&str>) -> Self {
        let languages = header
            .unwrap_or_default()
            .split(',')
            .map(|item| item.split(';').next().unwrap_or_default().trim());
        for language in languages {
            match language.get(..2).map(str::to_ascii_lowercase).as_deref() {
                Some("zh") => return Self::ZhCn,
                Some("en") => return Self::En,
                _ => {}
            }
        }
        Self::default()
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of the request being answered; Chinese outside of one.
    #[must_use]
    pub fn current() -> Self {
        LOCALE.try_with(|locale| *locale).unwrap_or_default()
    }
}

/// Runs a future whose errors are told in `locale`.
pub async fn with_locale<F: Future>(locale: Locale, future: F) -> F::Output {
    LOCALE.scope(locale, future).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_wins() {
        assert_eq!(Locale::from_accept_language(None), Locale::ZhCn);
        assert_eq!(
            Locale::from_accept_language(Some("fr-FR, en;q=0.8, zh;q=0.5")),
            Locale::En
        );
        assert_eq!(Locale::from_accept_language(Some("zh-TW,en")), Locale::ZhCn);
        assert_eq!(Locale::from_accept_language(Some("日本語")), Locale::ZhCn);
    }
}
