use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Error, Result, reasons};
use yihe_kernel as kernel;

use crate::keyed::keyed_hash;
use crate::store::Store;

/// Items a page holds at most.
pub const MAX_PAGE_SIZE: u64 = 1000;
const DEFAULT_PAGE_SIZE: u64 = 50;
const TAG: usize = 16;

/// One page of a query, by keyset.
#[derive(Debug)]
pub struct Page {
    /// Items wanted; fetch one more, to know whether there is a next page.
    pub limit: u64,
    /// Key of the last item of the page before.
    pub after: Option<String>,
    query: String,
    secret: [u8; 32],
}

impl Store {
    /// Reads a page request. `query` says which list is asked for with which filter: a token of another query is refused.
    ///
    /// # Errors
    /// `PAGE_TOKEN_INVALID`; `INVALID_REQUEST` for a negative size.
    pub fn page(&self, query: &str, page_size: i32, page_token: &str) -> Result<Page> {
        let mut fields = kernel::Fields::new();
        let limit = match u64::try_from(page_size) {
            Ok(0) => DEFAULT_PAGE_SIZE,
            Ok(size) => size.min(MAX_PAGE_SIZE),
            Err(_) => {
                fields.refuse("page_size", "must not be negative", "不得为负");
                0
            }
        };
        fields.finish()?;
        let mut page = Page {
            limit,
            after: None,
            query: query.to_owned(),
            secret: *self.secret(),
        };
        if !page_token.is_empty() {
            page.after = Some(
                page.open(page_token)
                    .ok_or_else(|| Error::new(&reasons::PAGE_TOKEN_INVALID))?,
            );
        }
        Ok(page)
    }
}

impl Page {
    /// Cuts the fetched items to the page and tells the token of the next one, empty on the last.
    pub fn next<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> String) -> (Vec<T>, String) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if items.len() <= limit {
            return (items, String::new());
        }
        items.truncate(limit);
        let token = items.last().map(|item| self.token(&key(item))).unwrap_or_default();
        (items, token)
    }

    fn tag(&self, key: &str) -> Vec<u8> {
        let mut tag = keyed_hash(&self.secret, "page", &[self.query.as_bytes(), key.as_bytes()]);
        tag.truncate(TAG);
        tag
    }

    /// The token of what comes after a key.
    #[must_use]
    pub fn token(&self, key: &str) -> String {
        let mut token = self.tag(key);
        token.extend_from_slice(key.as_bytes());
        URL_SAFE_NO_PAD.encode(token)
    }

    fn open(&self, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, key) = bytes.split_at_checked(TAG)?;
        let key = std::str::from_utf8(key).ok()?;
        subtle::ConstantTimeEq::ct_eq(self.tag(key).as_slice(), tag)
            .unwrap_u8()
            .eq(&1)
            .then(|| key.to_owned())
    }
}
