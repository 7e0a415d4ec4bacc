//! The authorized lookup: what a caller may do with a file follows from how it stands to the object the file belongs to.

use std::fmt::Display;

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{FileName, Result};

use crate::domain::File;
use crate::objects::Facts;
use crate::service::Service;
use crate::store;

impl Service {
    /// For an upload to an object, or the list of its files; `counts` says what of the facts counts.
    pub async fn object(&self, admitted: Admitted, name: &str, counts: fn(Facts) -> Facts) -> Result<Authorized> {
        let facts = self.objects.facts(name, admitted.caller()).await?;
        settle(admitted, facts, counts(facts), name)
    }

    /// A file; `counts` says what of the facts counts.
    pub async fn file(
        &self,
        admitted: Admitted,
        name: &FileName,
        counts: fn(Facts) -> Facts,
    ) -> Result<(Authorized, File)> {
        let Some(file) = store::file::find(self.reader(), name).await? else {
            return Err(admitted.missing(name));
        };
        let facts = self.objects.facts(&file.owner_object, admitted.caller()).await?;
        let uploader = file.organization.is_some() && file.organization == admitted.organization();
        Ok((settle(admitted, facts, counts(facts).owned(uploader), name)?, file))
    }
}

fn settle(admitted: Admitted, object: Facts, facts: Facts, name: impl Display) -> Result<Authorized> {
    if !object.is_visible() {
        return Err(admitted.missing(name));
    }
    admitted.settle(&|condition| facts.holds(condition))
}
