/// A column of the file, in the order that faults of one line are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Building,
    Unit,
    Area,
    AreaBasis,
    Owner,
    Standing,
    OwnerType,
    OwnerKey,
    IdNumber,
    Phone,
    Share,
    Nominee,
}

impl Column {
    pub const ALL: [Self; 12] = [
        Self::Building,
        Self::Unit,
        Self::Area,
        Self::AreaBasis,
        Self::Owner,
        Self::Standing,
        Self::OwnerType,
        Self::OwnerKey,
        Self::IdNumber,
        Self::Phone,
        Self::Share,
        Self::Nominee,
    ];

    /// Columns that every file must have.
    pub const REQUIRED: [Self; 5] = [Self::Building, Self::Unit, Self::Area, Self::AreaBasis, Self::Owner];

    /// What the header calls it, in English and in Chinese.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Building => ("building", "楼栋"),
            Self::Unit => ("unit", "房号"),
            Self::Area => ("area", "面积"),
            Self::AreaBasis => ("area_basis", "面积依据"),
            Self::Owner => ("owner", "业主"),
            Self::Standing => ("standing", "状态"),
            Self::OwnerType => ("owner_type", "业主类型"),
            Self::OwnerKey => ("owner_key", "业主编号"),
            Self::IdNumber => ("id_number", "证件号"),
            Self::Phone => ("phone", "电话"),
            Self::Share => ("share", "份额"),
            Self::Nominee => ("nominee", "推选投票人"),
        }
    }

    /// The column that a header's cell names.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| {
            let (en, zh) = column.names();
            text.eq_ignore_ascii_case(en) || text == zh
        })
    }
}
