//! The directory's events: messages whose full name is the type of the event. They carry pseudonymous ids only.

use yihe_proto::directory::v1 as pb;

/// A message told as an event.
pub trait Event: prost::Message {
    /// Its full name, the type of the event.
    const KIND: &'static str;
}

macro_rules! events {
    ($($name:ident)+) => {$(
        impl Event for pb::$name {
            const KIND: &'static str = concat!("yihe.directory.v1.", stringify!($name));
        }
    )+};
}

events! {
    DivisionsImported
    CalendarImported
    CommunityActivated
    PersonInvited
    AppointmentMade
    AppointmentEnded
    AppointmentExtended
    PersonSignedOut
    MembershipRegistered
    MembershipEnded
    ApplicationReceived
    ApplicationAdmitted
    ApplicationRejected
    CredentialsCollected
    ClientCreated
    ClientSecretRotated
    ClientRevoked
    CompoundRegistered
    ServiceContractMade
    ServiceContractEnded
    RegisterImported
    VoterNominated
    OwnersRevealed
    OwnerInvited
    OwnerLinked
    OwnerUnlinked
    RegionCommitteeEstablished
    RegionAppointmentMade
    RegionAppointmentEnded
    RegionAppointmentExtended
    SecretaryAppointedFromAbove
    AppointmentLapsing
}
