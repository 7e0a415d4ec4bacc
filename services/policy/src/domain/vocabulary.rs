use yihe_authz::{Condition, KINDS, RoleName, posts_of};
use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// The roles of every kind × the posts that make sense in it, the widest first. Any post may be in use in any kind: this is
/// what the matrix shows besides.
pub(crate) fn roles() -> impl Iterator<Item = RoleName> {
    let everywhere = [RoleName::Operator, RoleName::Appointed].into_iter();
    everywhere.chain(KINDS.into_iter().flat_map(|kind| {
        let own = posts_of(kind).iter().map(move |post| RoleName::Post(kind, *post));
        [RoleName::Kind(kind)].into_iter().chain(own)
    }))
}

/// Whether a post makes sense in a kind.
#[cfg(test)]
pub(crate) fn has_post(kind: Kind, post: Post) -> bool {
    posts_of(kind).contains(&post)
}

/// What people call a role.
pub(crate) fn role(role: RoleName) -> Words {
    match role {
        RoleName::Post(kind, post) => {
            let (kind, post) = (self::kind(kind), self::post(post));
            Words::new(format!("{}{}", kind.0, post.0), format!("{} of {}", post.1, kind.1))
        }
        RoleName::Client(kind) => {
            let (zh, en) = self::kind(kind);
            Words::new(format!("{zh}的接口客户端"), format!("API client of {en}"))
        }
        RoleName::Kind(kind) => {
            let (zh, en) = self::kind(kind);
            Words::new(format!("在{zh}任职的任何人"), format!("anybody with a post in {en}"))
        }
        RoleName::Appointed => Words::new("在本社区任职的任何人", "anybody with a post in this community"),
        RoleName::Operator => Words::new("节点操作员", "the operator of the node"),
        RoleName::Made(made) => {
            let name = made.to_string();
            let name = name.trim_start_matches("ROLE/");
            Words::new(format!("自设角色 {name}"), format!("the role {name}"))
        }
    }
}

/// What people call a kind of organization, in Chinese and in English.
pub(crate) fn kind(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Unspecified => ("单位", "an organization"),
        Kind::PartyCommittee => ("社区党委", "the Party committee"),
        Kind::ResidentCommittee => ("居委会", "the resident committee"),
        Kind::OwnersCommittee => ("业主委员会", "an owners' committee"),
        Kind::PropertyCompany => ("物业公司", "a property company"),
        Kind::ResidentUnit => ("驻区单位", "a resident unit"),
        Kind::PartyBranch => ("党支部", "a Party branch"),
        Kind::StreetPartyCommittee => ("街道党工委", "the street Party committee"),
        Kind::DistrictPartyCommittee => ("区委", "the district Party committee"),
        Kind::StreetOffice => ("街道办事处", "the street office"),
        Kind::Workstation => ("社区工作站", "the workstation"),
        Kind::ServiceCenter => ("党群服务中心", "the service centre"),
        Kind::SocialOrganization => ("社会组织", "a social organization"),
        Kind::GovernmentDepartment => ("职能部门", "a government department"),
        Kind::Compound => ("小区", "a compound"),
    }
}

fn post(post: Post) -> (&'static str, &'static str) {
    match post {
        Post::Unspecified => ("任职者", "anybody"),
        Post::Secretary => ("书记", "secretary"),
        Post::DeputySecretary => ("副书记", "deputy secretary"),
        Post::Director => ("主任", "director"),
        Post::DeputyDirector => ("副主任", "deputy director"),
        Post::Member => ("委员", "member"),
        Post::Manager => ("负责人", "manager"),
        Post::Staff => ("工作人员", "staff"),
        Post::Representative => ("代表", "representative"),
        Post::Clerk => ("会议秘书", "clerk"),
        Post::Treasurer => ("财务", "treasurer"),
        Post::Supervisor => ("监事", "supervisor"),
        Post::GridWorker => ("网格员", "grid worker"),
        Post::Captain => ("楼栋长", "building captain"),
        Post::Owner => ("业主", "owner"),
        Post::Resident => ("居民", "resident"),
    }
}

/// What a condition demands, to follow “where” and “须”.
pub(crate) fn condition(condition: Condition) -> Words {
    match condition {
        Condition::Owner => Words::new("事项属于所代表的单位", "it belongs to the organization acted for"),
        Condition::Participant => Words::new(
            "所代表的单位是该议事机构成员",
            "the organization acted for is a member of the body",
        ),
        Condition::Assignee => Words::new("事项由所代表的单位承诺办理", "the organization acted for owes it"),
        Condition::Caller => Words::new("事项涉及本人", "it is about the caller"),
        Condition::Convener => Words::new("会议由所代表的单位召集", "the organization acted for convenes the body"),
        Condition::Serves => Words::new(
            "物业服务合同在有效期内",
            "a service contract with the compound is in force",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_roles_are_called_the_same() {
        let roles: Vec<_> = roles().chain(KINDS.into_iter().map(RoleName::Client)).collect();
        let zh: BTreeSet<_> = roles.iter().map(|role| self::role(*role).zh).collect();
        let en: BTreeSet<_> = roles.iter().map(|role| self::role(*role).en).collect();
        assert_eq!((zh.len(), en.len()), (roles.len(), roles.len()));
    }
}
