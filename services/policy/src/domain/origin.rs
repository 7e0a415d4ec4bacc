use yihe_authz::Grant;

use super::template::Group;
use super::vocabulary::Words;

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin<'a> {
    /// A group of the shipped template.
    Group(&'a Group),
    /// A change of the domain.
    Change {
        title: String,
        /// Number of the revision that it made.
        revision: u64,
        /// `users/{user}` who proposed it; only for those who may see changes.
        author: Option<String>,
    },
    /// Anything else, by its name.
    Other,
}

impl Origin<'_> {
    /// In words, for a rule of it.
    pub fn words(&self, grant: &Grant) -> Words {
        match self {
            Self::Group(group) => Words::new(
                format!("权责清单“{}”组：{}", group.name, group.zh.trim_end_matches('。')),
                format!(
                    "rights-and-duties list, `{}`: {}",
                    group.name,
                    group.en.trim_end_matches('.')
                ),
            ),
            Self::Change {
                title,
                revision,
                author,
            } => {
                let (zh, en) = match author {
                    Some(author) => (format!("，{author} 提出"), format!(", proposed by {author}")),
                    None => (String::new(), String::new()),
                };
                let domain = &grant.domain;
                Words::new(
                    format!("权责变更“{title}”（修订 {revision}{zh}），适用范围 {domain}"),
                    format!("the change “{title}” (revision {revision}{en}), for {domain}"),
                )
            }
            Self::Other => {
                let (zh, en) = match &*grant.source {
                    "fixture" => ("节点规则文件", "the node's rules file"),
                    other => (other, other),
                };
                let domain = &grant.domain;
                Words::new(format!("{zh}，适用范围 {domain}"), format!("{en}, for {domain}"))
            }
        }
    }
}
