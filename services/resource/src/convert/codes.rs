use yihe_proto::ledger::v1 as ledger;
use yihe_proto::resource::v1 as pb;

use crate::domain::{
    Aspect, BookableKind, BookingState, ClaimState, EntryKind, LedgerUnit, QuantityUnit, QuotaPeriod, Urgency,
};

/// A domain enum and its form on the wire.
pub trait Wire: Sized {
    /// The generated enum.
    type Proto: TryFrom<i32> + Into<i32>;

    /// From the wire; `None` for unspecified.
    fn from_wire(wire: Self::Proto) -> Option<Self>;

    /// The generated value.
    fn to_wire(self) -> Self::Proto;

    /// From the number on the wire; `None` for unspecified and for what is not of this contract.
    fn from_number(number: i32) -> Option<Self> {
        Self::Proto::try_from(number).ok().and_then(Self::from_wire)
    }

    /// The number on the wire.
    fn number(self) -> i32 {
        self.to_wire().into()
    }
}

// both matches are exhaustive: a value added on either side does not compile until it is added here
macro_rules! wire {
    ($($module:ident::$wire:ident => $name:ident { $($variant:ident)+ };)+) => {$(
        impl Wire for $name {
            type Proto = $module::$wire;

            fn from_wire(wire: $module::$wire) -> Option<Self> {
                match wire {
                    $module::$wire::Unspecified => None,
                    $($module::$wire::$variant => Some(Self::$variant),)+
                }
            }

            fn to_wire(self) -> $module::$wire {
                match self {
                    $(Self::$variant => $module::$wire::$variant,)+
                }
            }
        }
    )+};
}

wire! {
    pb::BookableKind => BookableKind { Place Equipment Person };
    pb::BookingState => BookingState { Held PendingApproval Confirmed CheckedIn Completed Cancelled Expired NoShow Waiting };
    pb::QuotaPeriod => QuotaPeriod { Day Week Month };
    pb::QuantityUnit => QuantityUnit { Piece Person Hour Fen };
    pb::Urgency => Urgency { Low Normal High Urgent };
    pb::ClaimState => ClaimState { Proposed Accepted Fulfilled Declined Withdrawn };
    pb::MatchAspect => Aspect { Category Quantity Time Place };
    ledger::Unit => LedgerUnit { Minutes Points Fen };
    ledger::TransferKind => EntryKind {
        Payment Donation Issue Service Redemption Exchange Contribution Expense Return Correction
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_codes_are_those_of_the_contract() {
        for state in BookingState::ALL {
            assert_eq!(format!("BOOKING_STATE_{}", state.code()), state.to_wire().as_str_name());
            assert_eq!(BookingState::from_wire(state.to_wire()), Some(*state));
        }
        for state in ClaimState::ALL {
            assert_eq!(format!("CLAIM_STATE_{}", state.code()), state.to_wire().as_str_name());
        }
        for unit in QuantityUnit::ALL {
            assert_eq!(format!("QUANTITY_UNIT_{}", unit.code()), unit.to_wire().as_str_name());
        }
        for urgency in Urgency::ALL {
            assert_eq!(format!("URGENCY_{}", urgency.code()), urgency.to_wire().as_str_name());
        }
        for kind in BookableKind::ALL {
            assert_eq!(format!("BOOKABLE_KIND_{}", kind.code()), kind.to_wire().as_str_name());
        }
        for unit in LedgerUnit::ALL {
            assert_eq!(format!("UNIT_{}", unit.code()), unit.to_wire().as_str_name());
        }
        for kind in EntryKind::ALL {
            assert_eq!(format!("TRANSFER_KIND_{}", kind.code()), kind.to_wire().as_str_name());
        }
        for period in QuotaPeriod::ALL {
            assert_eq!(
                format!("QUOTA_PERIOD_{}", period.code()),
                period.to_wire().as_str_name()
            );
        }
    }
}
