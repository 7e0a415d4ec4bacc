use tonic::Code;
use yihe_proto::meeting::v1::*;
use yihe_tally::CountSheet;

use crate::harness::{Party, reason};
use crate::owners_room::{Assembly, one_each};

pub async fn list(by: &Party, vote: &str) -> Result<Vec<UnitBallot>, tonic::Status> {
    let mut request = ListUnitBallotsRequest {
        parent: vote.to_owned(),
        page_size: 2,
        ..Default::default()
    };
    let mut found = Vec::new();
    loop {
        let page = by.owners().list_unit_ballots(request.clone()).await?.into_inner();
        found.extend(page.unit_ballots);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(found);
        }
    }
}

#[tokio::test]
async fn ballots_by_name_are_for_few_and_each_reading_is_kept() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    assembly.vote_of(0..5, &vote, Choice::Yes).await;
    let owner = assembly.owner(0);
    assert_eq!(list(&owner, &vote).await.unwrap_err().code(), Code::PermissionDenied);
    let ballots = list(&assembly.secretary, &vote).await.unwrap();
    assert_eq!(ballots.len(), 5);
    let reads = |events: Vec<String>| events.iter().filter(|kind| *kind == "UnitBallotsRead").count();
    assert_eq!(reads(assembly.events().await), 3, "one for each page");

    let export = ExportCountRequest { name: vote.clone() };
    let early = assembly.secretary.owners().export_count(export.clone()).await;
    assert_eq!(reason(early), "VOTE_NOT_COUNTED");
    let tally = assembly.tally().await;
    let sheet = assembly
        .secretary
        .owners()
        .export_count(export.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(reads(assembly.events().await), 4);
    assert_eq!(
        owner.owners().export_count(export).await.unwrap_err().code(),
        Code::PermissionDenied
    );

    let recounted = CountSheet::from_json(&sheet.content).unwrap().count().unwrap();
    let bytes = recounted.canonical_bytes().unwrap();
    assert_eq!(sha256(&bytes), sheet.tally_sha256);
    assert_eq!(sheet.tally_sha256, tally.sha256);
    assert_eq!(sha256(&sheet.content), sheet.sha256);
    let told = String::from_utf8(sheet.content).unwrap();
    assert!(!told.contains("owners/") && !told.contains("users/"), "ids alone");
}

pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn challenge(by: &Party, vote: &str) -> Result<Challenge, tonic::Status> {
    let request = ChallengeResultRequest {
        parent: vote.to_owned(),
        text: "二栋的选票未经本人签字".to_owned(),
        ..Default::default()
    };
    Ok(by.owners().challenge_result(request).await?.into_inner())
}

#[tokio::test]
async fn an_owner_challenges_the_result_within_a_year_and_is_answered() {
    let (assembly, vote) = Assembly::voting(&one_each(6)).await;
    assembly.vote_of(0..5, &vote, Choice::Yes).await;
    let owner = assembly.owner(5);
    assert_eq!(reason(challenge(&owner, &vote).await), "VOTE_NOT_COUNTED");
    assembly.tally().await;
    let made = challenge(&owner, &vote).await.unwrap();
    assert_eq!(
        (made.owner.clone(), made.author.clone()),
        (assembly.owners[5].clone(), owner.principal.to_string())
    );
    assert_eq!(
        challenge(&assembly.secretary, &vote).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    let answer = AnswerChallengeRequest {
        name: made.name.clone(),
        answer: "已核对纸质选票原件".to_owned(),
    };
    let refused = owner.owners().answer_challenge(answer.clone()).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let answered = assembly
        .secretary
        .owners()
        .answer_challenge(answer.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(answered.answer_time.is_some());
    let refused = assembly.secretary.owners().answer_challenge(answer).await;
    assert_eq!(reason(refused), "CHALLENGE_ANSWERED");
    let request = ListChallengesRequest {
        parent: vote.clone(),
        ..Default::default()
    };
    let listed = assembly
        .owner(0)
        .owners()
        .list_challenges(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.challenges, [answered]);
    assembly.set("2027-04-03T15:59:59Z");
    challenge(&owner, &vote).await.unwrap();
    assembly.set("2027-04-03T16:00:00Z");
    assert_eq!(reason(challenge(&owner, &vote).await), "CHALLENGE_OVER");
}
