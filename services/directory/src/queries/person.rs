use yihe_authz::Admitted;
use yihe_kernel::{Fields, Result, UserName};
use yihe_proto::directory::v1 as pb;

use crate::directory::Directory;
use crate::store::person;

const MOST: usize = 1000;

/// `LookupPersons`.
pub async fn lookup(
    directory: &Directory,
    admitted: Admitted,
    request: pb::LookupPersonsRequest,
) -> Result<pb::LookupPersonsResponse> {
    admitted.without_target()?;
    let mut fields = Fields::new();
    if request.users.len() > MOST {
        fields.refuse("users", "must be at most 1,000", "至多 1000 个");
    }
    let name = |text: &String| fields.name::<UserName>("users", text);
    let users: Vec<_> = request.users.iter().take(MOST).filter_map(name).collect();
    fields.finish()?;
    let names = person::names(directory.reader(), users.iter().map(|name| name.user)).await?;
    let told = |name: &UserName| {
        Some(pb::PersonName {
            user: name.to_string(),
            full_name: names.get(&name.user)?.clone(),
        })
    };
    Ok(pb::LookupPersonsResponse {
        persons: users.iter().filter_map(told).collect(),
    })
}
