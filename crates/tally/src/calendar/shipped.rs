//! The years that ship, as they came from their source (see `calendars/README.md`).

use std::sync::{Arc, LazyLock};

use super::{Calendar, CalendarError, CalendarYear};

const EMBEDDED: &[&[u8]] = &[
    include_bytes!("../../calendars/2007.json"),
    include_bytes!("../../calendars/2008.json"),
    include_bytes!("../../calendars/2009.json"),
    include_bytes!("../../calendars/2010.json"),
    include_bytes!("../../calendars/2011.json"),
    include_bytes!("../../calendars/2012.json"),
    include_bytes!("../../calendars/2013.json"),
    include_bytes!("../../calendars/2014.json"),
    include_bytes!("../../calendars/2015.json"),
    include_bytes!("../../calendars/2016.json"),
    include_bytes!("../../calendars/2017.json"),
    include_bytes!("../../calendars/2018.json"),
    include_bytes!("../../calendars/2019.json"),
    include_bytes!("../../calendars/2020.json"),
    include_bytes!("../../calendars/2021.json"),
    include_bytes!("../../calendars/2022.json"),
    include_bytes!("../../calendars/2023.json"),
    include_bytes!("../../calendars/2024.json"),
    include_bytes!("../../calendars/2025.json"),
    include_bytes!("../../calendars/2026.json"),
];

static SHIPPED: LazyLock<Result<Calendar, CalendarError>> = LazyLock::new(|| {
    let years = EMBEDDED.iter().map(|bytes| {
        let year = CalendarYear::parse(bytes)?;
        Ok((year.year(), Arc::new(year)))
    });
    Ok(Calendar {
        years: years.collect::<Result<_, CalendarError>>()?,
    })
});

pub fn calendar() -> Result<Calendar, CalendarError> {
    SHIPPED.clone()
}
