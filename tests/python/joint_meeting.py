"""The core of the Beizhan story from outside: a joint meeting voted through the gateway."""

import datetime
import os
import sys

from yihe_client import Gateway, Person, Refused

DIRECTORY = "yihe.directory.v1."
MEETING = "yihe.meeting.v1."
PASSWORD = "correct horse battery python"


def refused(reason: str, call, *arguments, **keywords) -> None:
    try:
        answer = call(*arguments, **keywords)
    except Refused as refusal:
        assert refusal.reason == reason, f"wanted {reason}, got {refusal}"
        assert refusal.localized, f"{reason} is not told in Chinese"
        print(f"refused: {refusal.reason}: {refusal.localized}")
        return
    raise AssertionError(f"wanted {reason}, was answered {answer}")


def enrol(gateway: Gateway, code: str, login: str, organization: str) -> Person:
    gateway.call(
        DIRECTORY + "SignInService/Enrol", {"enrolmentCode": code, "login": login, "password": PASSWORD}
    )
    return Person(gateway, login, PASSWORD, organization)


def register(secretary: Person, community: str, kind: str, name: str, login: str) -> Person:
    membership = secretary.call(
        DIRECTORY + "MembershipService/CreateMembership",
        {"parent": community, "organization": {"kind": kind, "displayName": name}},
    )
    organization = membership["organization"]["name"]
    invited = secretary.call(
        DIRECTORY + "AppointmentService/CreateInvitation",
        {"parent": community, "organization": organization, "post": "POST_REPRESENTATIVE", "fullName": f"{name}代表"},
    )
    return enrol(secretary.gateway, invited["enrolmentCode"], login, organization)


def main() -> None:
    gateway = Gateway(os.environ["YIHE_ADDRESS"])
    operator = os.environ["YIHE_OPERATOR_TOKEN"]
    now = datetime.datetime.fromisoformat(os.environ["YIHE_NOW"])

    # the operator activates and invites the first secretary, and may do nothing else
    community = gateway.call(
        DIRECTORY + "CommunityService/ActivateCommunity", {"region": "regions/440309002021"}, operator
    )
    committee, community = community["partyCommittee"], community["name"]
    refused(
        "PERMISSION_DENIED", gateway.call, DIRECTORY + "MembershipService/ListMemberships", {"parent": community}, operator
    )
    invited = gateway.call(
        DIRECTORY + "CommunityService/InviteFirstSecretary", {"community": community, "fullName": "书记"}, operator
    )
    secretary = enrol(gateway, invited["enrolmentCode"], "secretary", committee)

    station = register(secretary, community, "ORGANIZATION_KIND_RESIDENT_UNIT", "深圳北站", "station")
    school = register(secretary, community, "ORGANIZATION_KIND_RESIDENT_UNIT", "深圳高级中学北校区", "school")
    outside = register(secretary, community, "ORGANIZATION_KIND_RESIDENT_UNIT", "北站酒店", "hotel")

    body = secretary.call(
        MEETING + "BodyService/CreateBody",
        {
            "parent": community,
            "body": {"kind": "BODY_KIND_JOINT_CONFERENCE", "displayName": "联席会议", "convener": committee},
        },
    )["name"]
    for organization in (committee, station.organization, school.organization):
        secretary.call(MEETING + "BodyService/AddBodyMember", {"parent": body, "organization": organization})
    start = now + datetime.timedelta(days=7)
    meeting = secretary.call(
        MEETING + "MeetingService/CreateMeeting",
        {"parent": community, "meeting": {"body": body, "title": "联席会议", "startTime": start.isoformat()}},
    )["name"]
    item = station.call(
        MEETING + "AgendaService/CreateAgendaItem",
        {
            "parent": meeting,
            "agendaItem": {
                "title": "小小文明劝导员",
                "kind": "AGENDA_ITEM_KIND_DECISION",
                "matterClass": "MATTER_CLASS_RESOURCE_SHARING",
            },
        },
    )["name"]
    refused("PERMISSION_DENIED", station.call, MEETING + "MeetingService/ServeNotice", {"name": meeting})
    notice = secretary.call(MEETING + "MeetingService/ServeNotice", {"name": meeting})
    assert len(notice["roster"]) == 3, notice

    # the day of the meeting comes
    print(f"CLOCK {start.isoformat()}", flush=True)
    sys.stdin.readline()
    for person in (secretary, station, school, outside):
        person.sign_in()

    secretary.call(MEETING + "MeetingService/OpenSession", {"name": meeting})
    station.call(MEETING + "MeetingService/CheckIn", {"name": meeting})
    motion = station.call(
        MEETING + "MotionService/SubmitMotion",
        {"parent": meeting, "motion": {"agendaItem": item, "text": "设立小小文明劝导员项目"}},
    )["name"]
    refused("MEETING_NOT_QUORATE", secretary.call, MEETING + "VoteService/OpenVote", {"parent": motion})
    school.call(MEETING + "MeetingService/CheckIn", {"name": meeting})
    vote = secretary.call(MEETING + "VoteService/OpenVote", {"parent": motion})["name"]

    ballot = {"parent": vote, "choice": "CHOICE_YES"}
    refused("PERMISSION_DENIED", outside.call, MEETING + "VoteService/CastBallot", ballot)
    station.call(MEETING + "VoteService/CastBallot", ballot)
    refused("ALREADY_VOTED", station.call, MEETING + "VoteService/CastBallot", ballot)
    school.call(MEETING + "VoteService/CastBallot", ballot)
    closed = secretary.call(MEETING + "VoteService/CloseVote", {"name": vote})
    tally = closed["tally"]
    assert tally["verdict"] == "TALLY_VERDICT_ADOPTED", tally
    assert tally["yes"] == "2", tally
    for test in tally["tests"]:
        print(test["textZh"])
    resolution = secretary.call(MEETING + "ResolutionService/GetResolution", {"name": closed["resolution"]})
    assert resolution["text"] == "设立小小文明劝导员项目", resolution
    print(f"RESOLUTION {resolution['number']} {resolution['text']}")


if __name__ == "__main__":
    main()
