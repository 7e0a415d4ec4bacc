use yihe_proto::ledger::v1 as pb;

use crate::domain::{AccountKind, AttributionRule, RedemptionState, ServiceState, TransferKind, TransferState, Unit};

/// A domain enum and its form on the wire.
pub trait Wire: Sized {
    /// The generated enum.
    type Proto: TryFrom<i32> + Into<i32>;

    /// From the wire; `None` for unspecified.
    fn from_wire(wire: Self::Proto) -> Option<Self>;

    /// The generated value.
    fn to_wire(self) -> Self::Proto;

    /// The number on the wire.
    fn number(self) -> i32 {
        self.to_wire().into()
    }
}

// both matches are exhaustive: a value added on either side does not compile until it is added here
macro_rules! wire {
    ($($name:ident { $($variant:ident)+ };)+) => {$(
        impl Wire for $name {
            type Proto = pb::$name;

            fn from_wire(wire: pb::$name) -> Option<Self> {
                match wire {
                    pb::$name::Unspecified => None,
                    $(pb::$name::$variant => Some(Self::$variant),)+
                }
            }

            fn to_wire(self) -> pb::$name {
                match self {
                    $(Self::$variant => pb::$name::$variant,)+
                }
            }
        }
    )+};
}

wire! {
    Unit { Minutes Points Fen };
    AccountKind { Person Organization Purpose Issuance Outside Conversion Fund };
    TransferKind {
        Payment Donation Issue Service Redemption Exchange Contribution Expense Return Correction
    };
    TransferState { Posted Pending Voided Expired };
    ServiceState { Recorded Confirmed Rejected };
    RedemptionState { Reserved Fulfilled Cancelled Expired };
    AttributionRule { ProRata EarmarkFirst Fifo };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_codes_are_those_of_the_contract() {
        for unit in Unit::ALL {
            assert_eq!(format!("UNIT_{}", unit.code()), unit.to_wire().as_str_name());
            assert_eq!(Unit::from_wire(unit.to_wire()), Some(*unit));
        }
        for kind in AccountKind::ALL {
            assert_eq!(format!("ACCOUNT_KIND_{}", kind.code()), kind.to_wire().as_str_name());
        }
        for rule in AttributionRule::ALL {
            assert_eq!(
                format!("ATTRIBUTION_RULE_{}", rule.code()),
                rule.to_wire().as_str_name()
            );
        }
        for state in ServiceState::ALL {
            assert_eq!(format!("SERVICE_STATE_{}", state.code()), state.to_wire().as_str_name());
        }
        for kind in TransferKind::ALL {
            assert_eq!(format!("TRANSFER_KIND_{}", kind.code()), kind.to_wire().as_str_name());
        }
    }
}
