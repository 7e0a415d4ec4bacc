use yihe_kernel::{CompoundId, CompoundName, Fields, OrganizationName, Result};
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::{Wire, instant, organization, organization_of};
use crate::domain::{Body, BodyKind, BodyMember, Member, Membership};
use crate::names::BodyName;
use yihe_retry::Retry;

/// A body to be created.
#[derive(Debug)]
pub struct NewBody {
    /// Kind.
    pub kind: BodyKind,
    /// Name.
    pub display_name: String,
    /// Who convenes it.
    pub convener: OrganizationName,
    /// Its compound.
    pub compound: Option<CompoundName>,
    /// Its rule pack; absent takes the default.
    pub rule_pack: Option<String>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateBodyRequest> for NewBody {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::CreateBodyRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let Some(body) = &request.body else {
            fields.refuse("body", "is required", "必填");
            return fields.finish_with("body", None);
        };
        let kind = code::<BodyKind>(&mut fields, "body.kind", body.kind);
        let display_name = fields.line("body.display_name", &body.display_name, 1..=100);
        let convener = fields.name("body.convener", &body.convener);
        let rule_pack = fields.line("body.rule_pack", &body.rule_pack, 0..=100);
        let compound = fields.optional_name("body.compound", &body.compound);
        if let Some(kind) = kind {
            expect_compound(&mut fields, kind, compound.is_some());
        }
        let rule_pack = (!rule_pack.is_empty()).then_some(rule_pack);
        let made = kind.zip(convener).map(|(kind, convener)| Self {
            kind,
            display_name,
            convener,
            compound,
            rule_pack,
            retry,
        });
        fields.finish_with("body", made)
    }
}

fn expect_compound(fields: &mut Fields, kind: BodyKind, given: bool) {
    let needed = Membership::of(kind) == Membership::Register;
    if needed && !given {
        fields.refuse(
            "body.compound",
            "is required for an owners' assembly",
            "业主大会须指明小区",
        );
    }
    if given && !needed && kind != BodyKind::OwnersCommitteeMeeting {
        fields.refuse(
            "body.compound",
            "has no meaning for this kind of body",
            "此类机构不属于某一小区",
        );
    }
}

/// A member to be added to a body.
#[derive(Debug)]
pub struct NewBodyMember {
    /// Who; a person without an account has none yet.
    pub member: Option<Member>,
    /// Name of a person.
    pub full_name: String,
    /// The group it belongs to.
    pub group: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::AddBodyMemberRequest> for NewBodyMember {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::AddBodyMemberRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let organization = fields.optional_name::<OrganizationName>("organization", &request.organization);
        let member = fields.optional_name::<Member>("member", &request.member);
        let full_name = fields.line("full_name", &request.full_name, 0..=50);
        let group = fields.line("group", &request.group, 0..=50);
        if organization.is_some() && member.is_some() {
            fields.refuse(
                "member",
                "and organization name a member each",
                "与 organization 只能填写其一",
            );
        }
        let member = member.or(organization.map(|name| Member::Organization(name.organization)));
        if member.is_none() && full_name.is_empty() && fields.is_clean() {
            fields.refuse(
                "member",
                "is required, or the full name of a person",
                "必填,或填写人员姓名",
            );
        }
        if matches!(member, Some(Member::Organization(_) | Member::Owner { .. })) && !full_name.is_empty() {
            fields.refuse("full_name", "is for persons", "仅适用于人员");
        }
        fields.finish()?;
        Ok(Self {
            member,
            full_name,
            group,
            retry,
        })
    }
}

impl From<Body> for pb::Body {
    fn from(body: Body) -> Self {
        Self {
            name: body.name.to_string(),
            kind: body.kind.number(),
            compound: body
                .compound
                .map(|compound| compound_name(&body.name, compound))
                .unwrap_or_default(),
            display_name: body.display_name,
            convener: organization(body.convener),
            rule_pack: body.rule_pack,
            create_time: instant(Some(body.created_at)),
            etag: body.version.to_string(),
        }
    }
}

impl From<BodyMember> for pb::BodyMember {
    fn from(member: BodyMember) -> Self {
        Self {
            name: member.name.to_string(),
            organization: organization_of(member.member),
            member: member.member.name(&member.name.community),
            kind: member.kind.into(),
            display_name: member.display_name,
            group: member.group,
            create_time: instant(Some(member.joined_at)),
            end_time: instant(member.ended_at),
        }
    }
}

fn compound_name(body: &BodyName, compound: CompoundId) -> String {
    CompoundName {
        community: body.community.clone(),
        compound,
    }
    .to_string()
}
