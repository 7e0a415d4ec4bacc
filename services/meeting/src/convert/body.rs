use yihe_kernel::{Fields, OrganizationName, Result};
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::{Wire, instant, organization, organization_of};
use crate::domain::{Body, BodyKind, BodyMember, keeps_organizations};
use crate::retry::Retry;

/// A body to be created.
#[derive(Debug)]
pub struct NewBody {
    /// Kind.
    pub kind: BodyKind,
    /// Name.
    pub display_name: String,
    /// Who convenes it.
    pub convener: OrganizationName,
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
        if kind.is_some_and(|kind| !keeps_organizations(kind)) {
            fields.refuse("body.kind", "must be a body of organizations", "须为以单位为成员的机构");
        }
        let display_name = fields.line("body.display_name", &body.display_name, 1..=100);
        let convener = fields.name("body.convener", &body.convener);
        let rule_pack = fields.line("body.rule_pack", &body.rule_pack, 0..=100);
        let rule_pack = (!rule_pack.is_empty()).then_some(rule_pack);
        let made = kind.zip(convener).map(|(kind, convener)| Self {
            kind,
            display_name,
            convener,
            rule_pack,
            retry,
        });
        fields.finish_with("body", made)
    }
}

impl From<Body> for pb::Body {
    fn from(body: Body) -> Self {
        Self {
            name: body.name.to_string(),
            kind: body.kind.number(),
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
            create_time: instant(Some(member.joined_at)),
            end_time: instant(member.ended_at),
        }
    }
}
