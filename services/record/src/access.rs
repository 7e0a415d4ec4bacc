//! Which permission each type of event asks for: the one with which its own service shows what the event is about. A type that is not
//! listed asks for the right to oversee the record.

use yihe_authz::Condition;

use crate::store::event::Party;

/// Asked for by every type that is not listed.
pub const OVERSEE: &str = "record.history.get";

/// A permission, and the types of events that ask for it.
pub struct Class {
    /// The permission to read what the events are about.
    pub needs: &'static str,
    /// Which condition of that permission holds for whom: for who made the subject, or what the subject belongs to. All others hold
    /// for nobody here.
    pub facts: &'static [(Condition, Party)],
    service: &'static str,
    /// Names without the package, with spaces between.
    types: &'static str,
}

const fn class(needs: &'static str, service: &'static str, types: &'static str) -> Class {
    Class {
        needs,
        facts: &[],
        service,
        types,
    }
}

/// Every class that is known.
pub static CLASSES: &[Class] = &[
    class(OVERSEE, "", ""),
    class(
        "directory.community.get",
        "directory",
        "CommunityActivated SecretaryAppointedFromAbove",
    ),
    class(
        "directory.appointment.get",
        "directory",
        "AppointmentMade AppointmentEnded AppointmentExtended",
    ),
    class("directory.lapse.list", "directory", "AppointmentLapsing"),
    class(
        "directory.membership.get",
        "directory",
        "MembershipRegistered MembershipEnded",
    ),
    class(
        "directory.application.get",
        "directory",
        "ApplicationReceived ApplicationAdmitted ApplicationRejected",
    ),
    class(
        "directory.client.get",
        "directory",
        "CredentialsCollected ClientCreated ClientSecretRotated ClientRevoked",
    ),
    class("directory.compound.get", "directory", "CompoundRegistered"),
    class(
        "directory.service_contract.list",
        "directory",
        "ServiceContractMade ServiceContractEnded",
    ),
    class("directory.register.list", "directory", "RegisterImported"),
    class("directory.unit.get", "directory", "VoterNominated"),
    class(
        "directory.owner.list",
        "directory",
        "OwnersRevealed OwnerInvited OwnerLinked OwnerUnlinked",
    ),
    class(
        "policy.change.get",
        "policy",
        "ChangeProposed ChangeApproved ChangeRejected ChangeWithdrawn ChangeActivated",
    ),
    class("meeting.body.get", "meeting", "BodyCreated"),
    class(
        "meeting.body_member.list",
        "meeting",
        "BodyMemberAdded BodyMemberRemoved PersonNameErased",
    ),
    class("meeting.meeting.watch", "meeting", OF_MEETINGS),
    class(
        "meeting.ratification.get",
        "meeting",
        "RatificationRequested RatificationRouted RatificationSettled",
    ),
    class(
        "meeting.commitment.get",
        "meeting",
        "CommitmentMade CommitmentAccepted CommitmentDeclined CommitmentReassigned CommitmentProgressed CommitmentDone \
     CommitmentConfirmed CommitmentReopened CommitmentCancelled CommitmentEscalated CommitmentHolderLeft",
    ),
    class(
        "meeting.problem.get",
        "meeting",
        "ProblemReported ProblemLinked ProblemClosed",
    ),
    class("meeting.month_report.get", "meeting", "MonthReportPublished"),
    class(
        "file.file.get",
        "file",
        "FileUploaded FileRetired FileRetained FileRemoved",
    ),
    class(
        "ledger.account.get",
        "ledger",
        "AccountOpened AccountLimitsSet AccountClosed",
    ),
    class(
        "ledger.service.get",
        "ledger",
        "ServiceRecorded ServiceConfirmed ServiceRejected",
    ),
    class("ledger.rate.list", "ledger", "RatePublished"),
    class("ledger.good.get", "ledger", "GoodCreated GoodRestocked GoodRetired"),
    class("ledger.redemption.get", "ledger", "GoodRedeemed"),
    class("ledger.fund.get", "ledger", "FundCreated FundClosed"),
    class("ledger.contribution.list", "ledger", "Contributed ShareReturned"),
    class("ledger.expense.get", "ledger", "ExpenseRecorded"),
    class(
        "ledger.hold.list",
        "ledger",
        "HoldPlaced HoldPosted HoldVoided HoldExpired",
    ),
    class(
        "ledger.transfer.get",
        "ledger",
        "TransferPosted TransferCorrected ProjectEntryMade",
    ),
    class(
        "resource.bookable.get",
        "resource",
        "BookableCreated BookableUpdated BookableEnded",
    ),
    Class {
        // whoever made the bookable owns it, and whoever made the booking is its caller
        facts: &[
            (Condition::Owner, Party::Aggregate),
            (Condition::Caller, Party::Subject),
        ],
        ..class(
            "resource.booking.get",
            "resource",
            "BookingHeld BookingRequested BookingMade BookingWaits BookingPromoted BookingApproved BookingDeclined \
     BookingCancelled BookingExpired BookingCheckedIn BookingCompleted BookingNoShow",
        )
    },
    class("resource.need.get", "resource", "NeedCreated NeedEnded"),
    class("resource.offer.get", "resource", "OfferCreated OfferEnded"),
    class("resource.category.list", "resource", "CategoryCreated"),
    class("resource.project.get", "resource", "ProjectCreated ProjectEnded"),
    Class {
        // whoever made the need or offer owns it, and whoever made the claim owes it
        facts: &[
            (Condition::Owner, Party::Aggregate),
            (Condition::Caller, Party::Subject),
            (Condition::Assignee, Party::Subject),
        ],
        ..class(
            "resource.claim.get",
            "resource",
            "ClaimProposed ClaimAccepted ClaimDeclined ClaimWithdrawn ClaimFulfilled",
        )
    },
    Class {
        // whoever made the webhook owns it
        facts: &[(Condition::Owner, Party::Subject)],
        ..class(
            "record.webhook.get",
            "record",
            "WebhookCreated WebhookUpdated WebhookDeleted WebhookSecretRotated WebhookEnabled WebhookReplayed WebhookDisabled",
        )
    },
];

/// What the stream of a meeting tells to whoever may watch it.
const OF_MEETINGS: &str = "MeetingCreated MeetingUpdated AgendaItemCreated AgendaItemWithdrawn NoticeServed NoticeAcknowledged \
     SessionOpened CheckedIn CheckedOut QuorumReached QuorumLost MeetingClosed MeetingCancelled MeetingPostponed \
     MeetingSuspended MeetingResumed AgendaItemMoved NoticeWaived NoticeDelivered ClerkRecorded RecordContested \
     ContestAnswered ProxyGranted ProxyRevoked ProxyVoided SpeechRequested PointOfOrderRaised FloorGranted \
     SpeechInterrupted SpeechEnded SpeechWithdrawn AgendaPapersSet AgendaPaperTabled MandateGranted MandateRevoked \
     PersonInvited InvitationWithdrawn MinutesDrafted MinutesUpdated SignaturesRequested MinutesSigned \
     SigningRefused SigningClosed ResultsPublished MinutesPublished ObjectionSubmitted ObjectionAnswered \
     MotionSubmitted MotionWithdrawn VoteOpened BallotCast BallotChanged BallotTakenBack VoteClosed VoteLapsed \
     ResolutionAdopted AmendmentSubmitted AmendmentRestated AmendmentWithdrawn AmendmentStruck AmendmentFell \
     AmendmentsOrdered MotionAmended ClassObjectionMade ClassObjectionWithdrawn MatterClassUpheld \
     MatterClassNotUpheld AgendaItemReclassified AgendaItemCarried RecusalDeclared RecusalMoved RecusalCarried \
     RecusalRejected RecusalWithdrawn RecusalSettled DissentAttached DissentAnswered MotionSeconded \
     AmendmentSeconded VoteTied TieDecided VotingOpened UnitBallotsCast UnitBallotsCorrected \
     PaperUnitBallotsRecorded UnitBallotsRead ResultChallenged ChallengeAnswered";

/// Whether it is noted who made what the events of a class are about.
pub fn has_makers(class: &Class) -> bool {
    ["resource", "record"].contains(&class.service)
}

/// The class of a type of event.
pub fn class_of(kind: &str) -> &'static Class {
    let named = |class: &&Class| {
        let rest = kind
            .strip_prefix("yihe.")
            .and_then(|rest| rest.strip_prefix(class.service));
        let name = rest.and_then(|rest| rest.strip_prefix(".v1."));
        name.is_some_and(|name| class.types.split_whitespace().any(|known| known == name))
    };
    CLASSES.iter().find(named).unwrap_or(&CLASSES[0])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_class_asks_for_a_permission_of_the_contracts() {
        let catalogue = yihe_authz::Catalogue::shipped();
        let known: HashSet<&str> = catalogue
            .methods()
            .flat_map(|method| method.clauses.iter().map(|clause| clause.permission.as_str()))
            .collect();
        for class in CLASSES {
            assert!(known.contains(class.needs), "{} is no permission", class.needs);
        }
    }

    /// The sources tell their events under names in `kinds!` and `events!`: each one here is told there.
    #[test]
    fn every_type_is_one_that_its_service_tells() {
        let told = [
            ("directory", include_str!("../../directory/src/store/events.rs")),
            ("policy", include_str!("../../policy/src/store/events.rs")),
            ("meeting", include_str!("../../meeting/src/events.rs")),
            ("file", include_str!("../../file/src/events.rs")),
            ("ledger", include_str!("../../ledger/src/events.rs")),
            ("resource", include_str!("../../resource/src/events.rs")),
            ("record", include_str!("events.rs")),
        ];
        let mut seen = HashSet::new();
        for class in &CLASSES[1..] {
            let (_, text) = told.iter().find(|(service, _)| *service == class.service).unwrap();
            let words: HashSet<&str> = text.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
            for name in class.types.split_whitespace() {
                assert!(words.contains(name), "{} tells of no {name}", class.service);
                assert!(seen.insert((class.service, name)), "{name} stands in two classes");
            }
        }
    }

    #[test]
    fn what_is_not_listed_is_for_whoever_oversees_the_record() {
        for kind in [
            "",
            "yihe.directory.v1.PersonSignedOut",
            "yihe.meeting.v1.SomethingNew",
            "yihe.meeting.v2.VoteOpened",
            "yihe.ledger.v1.VoteOpened",
            "VoteOpened",
        ] {
            assert_eq!(class_of(kind).needs, OVERSEE, "{kind}");
        }
        assert_eq!(class_of("yihe.meeting.v1.VoteOpened").needs, "meeting.meeting.watch");
        assert_eq!(class_of("yihe.resource.v1.BookingMade").needs, "resource.booking.get");
    }
}
