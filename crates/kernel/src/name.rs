use crate::{ClientId, CommunityId, CompoundId, FileId, OrganizationId, OwnerId, RegionCode, UnitId, UserId};

/// A text is not a resource name of the expected pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name of the form `{pattern}`")]
pub struct MalformedName {
    /// The text, cut to 200 characters.
    pub text: String,
    /// The pattern expected.
    pub pattern: &'static str,
}

/// Defines resource names:
/// `names! { /// docs MeetingName { "communities" community: CommunityId, "meetings" meeting: MeetingId } }`.
#[macro_export]
macro_rules! names {
    ($($(#[$docs:meta])* $name:ident { $($collection:literal $field:ident : $id:ty),+ $(,)? })+) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            $(#[doc = concat!("Id in `", $collection, "`.")] pub $field: $id,)+
        }

        impl $name {
            /// The pattern of the name.
            pub const PATTERN: &'static str = concat!($("/", $collection, "/{", stringify!($field), "}"),+).split_at(1).1;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut separator = "";
                $(
                    write!(f, "{separator}{}/{}", $collection, self.$field)?;
                    separator = "/";
                )+
                let _ = separator;
                Ok(())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::MalformedName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut segments = text.split('/');
                let mut read = || -> Option<Self> {
                    $(
                        if segments.next()? != $collection {
                            return None;
                        }
                        let $field = segments.next()?.parse::<$id>().ok()?;
                    )+
                    segments.next().is_none().then_some(Self { $($field),+ })
                };
                read().ok_or_else(|| $crate::MalformedName {
                    text: text.chars().take(200).collect(),
                    pattern: Self::PATTERN,
                })
            }
        }
    )+};
}

names! {
    /// A community.
    CommunityName { "communities" community: CommunityId }
    /// A division.
    RegionName { "regions" region: RegionCode }
    /// An organization.
    OrganizationName { "organizations" organization: OrganizationId }
    /// A person.
    UserName { "users" user: UserId }
    /// An API client, as a principal.
    ClientPrincipalName { "clients" client: ClientId }
    /// A compound.
    CompoundName { "communities" community: CommunityId, "compounds" compound: CompoundId }
    /// A unit of a compound.
    UnitName { "communities" community: CommunityId, "compounds" compound: CompoundId, "units" unit: UnitId }
    /// An owner in a compound's register.
    OwnerName { "communities" community: CommunityId, "compounds" compound: CompoundId, "owners" owner: OwnerId }
    /// A file.
    FileName { "communities" community: CommunityId, "files" file: FileId }
}

/// The community that a resource name `communities/{community}/…` belongs to; `None` for other names.
#[must_use]
pub fn community_of(name: &str) -> Option<Result<CommunityId, crate::MalformedId>> {
    let rest = name.strip_prefix("communities/")?;
    Some(rest.split('/').next().unwrap_or_default().parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    names! {
        /// A client in its community.
        Nested { "communities" community: CommunityId, "clients" client: ClientId }
    }

    #[test]
    fn names_are_read_whole_or_not_at_all() {
        let text = "communities/440309002021/clients/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
        let name: Nested = text.parse().unwrap();
        assert_eq!(name.to_string(), text);
        for bad in [
            "",
            "communities/440309002021",
            "communities/440309002021/clients/",
            "communities/440309002021/client/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
            "/communities/440309002021/clients/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
            "communities/440309002021/clients/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f/",
        ] {
            let refusal = bad.parse::<Nested>().unwrap_err();
            assert_eq!(refusal.pattern, "communities/{community}/clients/{client}");
        }
    }

    #[test]
    fn a_global_name_belongs_to_no_community() {
        assert_eq!(community_of("organizations/x"), None);
        assert!(community_of("communities/-/meetings/1").unwrap().is_err());
        assert!(community_of("communities/440309002021/meetings/1").unwrap().is_ok());
    }
}
