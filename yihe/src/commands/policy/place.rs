use super::parent;

/// Whose rules: those of a community, or of a street or district.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Place {
    /// The community's division code
    #[arg(long, value_name = "CODE")]
    community: Option<String>,
    /// The division code of a street or district, whose rules reach every community recorded below it
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
}

impl Place {
    /// `communities/{community}` or `regions/{region}`.
    pub(super) fn parent(&self) -> String {
        place(self.community.as_deref(), self.region.as_deref())
    }
}

/// `communities/{community}` or `regions/{region}`; empty where neither is given.
pub(super) fn place(community: Option<&str>, region: Option<&str>) -> String {
    match (community, region) {
        (Some(community), _) => parent(community),
        (None, Some(region)) if region.contains('/') => region.to_owned(),
        (None, Some(region)) => format!("regions/{region}"),
        (None, None) => String::new(),
    }
}
