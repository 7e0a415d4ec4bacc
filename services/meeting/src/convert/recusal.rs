use yihe_kernel::Fields;
use yihe_proto::meeting::v1 as pb;

use super::competence::show_of_hands;
use super::{Wire, instant, user};
use crate::domain::Recusal;

/// Why somebody is recused.
pub fn reason(fields: &mut Fields, reason: &str) -> String {
    fields.lines("reason", reason, 1..=500)
}

impl From<Recusal> for pb::Recusal {
    fn from(recusal: Recusal) -> Self {
        let community = &recusal.name.community;
        let (mover, mover_display_name) = match recusal.mover {
            Some((mover, display_name)) => (mover.name(community), display_name),
            None => Default::default(),
        };
        Self {
            name: recusal.name.to_string(),
            agenda_item: recusal.name.meeting().agenda_item(recusal.agenda_item).to_string(),
            member: recusal.member.name(community),
            member_display_name: recusal.member_display_name,
            mover,
            mover_display_name,
            reason: recusal.reason,
            state: recusal.state.number(),
            create_time: instant(Some(recusal.created_at)),
            end_time: instant(recusal.ended_at),
            show_of_hands: recusal
                .show_of_hands
                .as_ref()
                .map(|shown| show_of_hands(community, shown)),
            recorded_by: recusal.recorded_by.map(user).unwrap_or_default(),
        }
    }
}
