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
    let (collection, code) = match (community, region) {
        (Some(community), _) => ("communities", community),
        (None, Some(region)) => ("regions", region),
        (None, None) => return String::new(),
    };
    // names are taken as they are
    if code.contains('/') {
        return code.to_owned();
    }
    format!("{collection}/{code}")
}
