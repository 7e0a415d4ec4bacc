use yihe_proto::resource::v1 as pb;

use crate::domain::{
    Aspect as MatchAspect, BookableKind, BookingState, ClaimState, QuantityUnit, QuotaPeriod, Urgency,
};

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
    BookableKind { Place Equipment Person };
    BookingState { Held PendingApproval Confirmed CheckedIn Completed Cancelled Expired NoShow Waiting };
    QuotaPeriod { Day Week Month };
    QuantityUnit { Piece Person Hour Fen };
    Urgency { Low Normal High Urgent };
    ClaimState { Proposed Accepted Fulfilled Declined Withdrawn };
    MatchAspect { Category Quantity Time Place };
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
        for period in QuotaPeriod::ALL {
            assert_eq!(
                format!("QUOTA_PERIOD_{}", period.code()),
                period.to_wire().as_str_name()
            );
        }
    }
}
