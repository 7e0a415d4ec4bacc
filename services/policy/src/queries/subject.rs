use yihe_authz::{Admitted, Capacity, Principal};
use yihe_kernel::{Error, MalformedName, Result};

use crate::domain::permission::is_for_persons;

/// Whose rights are asked after.
#[derive(Debug)]
pub(super) struct Subject {
    pub principal: Principal,
    pub capacity: Capacity,
    pub is_caller: bool,
}

impl Subject {
    /// Reads whom a request names; absent means the caller in its capacity.
    pub fn read(admitted: &Admitted, principal: &str, acting_as: &str) -> Result<Self> {
        let caller = admitted.caller();
        let principal = match principal {
            "" => caller.principal.clone(),
            text => match text.parse() {
                Ok(principal @ (Principal::User(_) | Principal::Client(_))) => principal,
                _ => return Err(not_a_principal(text)),
            },
        };
        let is_caller = principal == caller.principal;
        let capacity = match acting_as {
            "" if is_caller => caller.capacity,
            "" => Capacity::Own,
            text => text
                .parse()
                .map_err(|refusal| Error::malformed_name("acting_as", &refusal))?,
        };
        Ok(Self {
            principal,
            capacity,
            is_caller,
        })
    }

    /// Whether an API client asks about a permission of which every RPC is for persons.
    pub fn needs_a_person(&self, permission: &str) -> bool {
        matches!(self.principal, Principal::Client(_)) && is_for_persons(permission)
    }
}

fn not_a_principal(text: &str) -> Error {
    let text = text.chars().take(200).collect();
    Error::malformed_name(
        "principal",
        &MalformedName {
            text,
            pattern: "users/{user} or clients/{client}",
        },
    )
}
