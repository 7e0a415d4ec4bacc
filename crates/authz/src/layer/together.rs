use std::sync::Arc;

use yihe_kernel::{Error, Result};

use super::Layer;
use crate::RoleNumber;

/// For which shipped roles the rules of several layers are, permission by permission. Communities below the same regions share it,
/// so that it lies near whichever of them is asked about.
#[derive(Debug)]
pub(crate) struct Together {
    /// By which it is known; they live as long as it does.
    layers: Box<[Arc<Layer>]>,
    /// Where the roles of each permission begin; one more than there are permissions.
    offsets: Box<[u32]>,
    roles: Box<[RoleNumber]>,
}

impl Together {
    /// Of layers over a catalogue of so many permissions.
    ///
    /// # Errors
    /// `INTERNAL` for more roles than there are places.
    pub(super) fn of(layers: Box<[Arc<Layer>]>, permissions: usize) -> Result<Self> {
        let mut offsets = Vec::with_capacity(permissions + 1);
        let mut roles = Vec::new();
        for permission in 0..permissions {
            offsets.push(u32::try_from(roles.len()).map_err(Error::internal)?);
            let rules = layers.iter().flat_map(|layer| layer.index.rules_of(permission));
            // of roles that were made the layers themselves are always asked
            let shipped = rules.map(|rule| rule.role).filter(|role| role.made().is_none());
            let mut of_permission: Vec<_> = shipped.collect();
            of_permission.sort_unstable();
            of_permission.dedup();
            roles.append(&mut of_permission);
        }
        offsets.push(u32::try_from(roles.len()).map_err(Error::internal)?);
        Ok(Self {
            layers,
            offsets: offsets.into(),
            roles: roles.into(),
        })
    }

    /// Whether there is a rule about the permission for one of these shipped roles.
    pub fn names(&self, permission: usize, roles: [RoleNumber; 3]) -> bool {
        let bound = |place: usize| self.offsets.get(place).and_then(|offset| usize::try_from(*offset).ok());
        let (start, end) = bound(permission).zip(bound(permission + 1)).unwrap_or_default();
        let named = self.roles.get(start..end).unwrap_or(&[]);
        let found = named.iter().any(|role| roles.contains(role));
        mutate!(found, WideRuleOverlooked => false)
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + size_of_val::<[Arc<Layer>]>(&self.layers)
            + size_of_val::<[u32]>(&self.offsets)
            + size_of_val::<[RoleNumber]>(&self.roles)
    }
}
