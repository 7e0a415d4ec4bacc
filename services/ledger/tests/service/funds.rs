use tonic::Status;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, possible, reason, transfer};

pub async fn fund(house: &House, keeper: &Party, rule: AttributionRule, spending_limit: i64) -> Fund {
    let request = CreateFundRequest {
        parent: COMMUNITY.to_owned(),
        fund: Some(Fund {
            title: "lights for the culvert".to_owned(),
            rule: rule.into(),
            spending_limit,
            ..Fund::default()
        }),
        request_id: house.id(),
    };
    keeper.funds().create_fund(request).await.unwrap().into_inner()
}

pub async fn contribute(
    house: &House,
    by: &Party,
    fund: &str,
    (contributor, amount, earmark): (&Party, i64, &str),
) -> Result<Contribution, Status> {
    let request = ContributeRequest {
        fund: fund.to_owned(),
        contribution: Some(Contribution {
            contributor: contributor.owner(),
            amount,
            earmark: earmark.to_owned(),
            voucher: house.voucher(),
            ..Contribution::default()
        }),
        request_id: house.id(),
    };
    Ok(by.funds().contribute(request).await?.into_inner())
}

pub fn expense(house: &House, fund: &str, amount: i64, earmark: &str) -> RecordExpenseRequest {
    RecordExpenseRequest {
        fund: fund.to_owned(),
        expense: Some(Expense {
            amount,
            purpose: "lamps".to_owned(),
            earmark: earmark.to_owned(),
            payee: "the lamp shop".to_owned(),
            voucher: house.voucher(),
            ..Expense::default()
        }),
        request_id: house.id(),
    }
}

pub async fn spend(house: &House, by: &Party, fund: &str, amount: i64, earmark: &str) -> Result<Expense, Status> {
    let request = expense(house, fund, amount, earmark);
    Ok(by.funds().record_expense(request).await?.into_inner())
}

pub async fn give_back(house: &House, by: &Party, fund: &str, to: &Party, amount: i64) -> Result<FundReturn, Status> {
    let request = ReturnShareRequest {
        fund: fund.to_owned(),
        contributor: to.owner(),
        amount,
        voucher: house.voucher(),
        request_id: house.id(),
    };
    Ok(by.funds().return_share(request).await?.into_inner())
}

pub async fn known(by: &Party, fund: &str) -> Fund {
    let request = GetFundRequest { name: fund.to_owned() };
    by.funds().get_fund(request).await.unwrap().into_inner()
}

pub async fn trace(by: &Party, fund: &str, contributor: &Party) -> ContributorTrace {
    let request = TraceContributorRequest {
        fund: fund.to_owned(),
        contributor: contributor.owner(),
    };
    by.funds().trace_contributor(request).await.unwrap().into_inner()
}

/// The sums agree, to the fen.
pub fn agree(fund: &Fund) {
    assert_eq!(fund.contributed, fund.unspent + fund.spent + fund.returned, "{fund:?}");
}

#[tokio::test]
async fn each_contributors_share_of_the_lamps_is_told_to_the_fen() {
    let house = House::new().await;
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let (school, company, resident) = (
        house.unit("RESIDENT_UNIT/STAFF"),
        house.unit("RESIDENT_UNIT/STAFF"),
        house.resident(),
    );
    let fund = fund(&house, &keeper, AttributionRule::ProRata, 2_000_000).await;
    contribute(&house, &school, &fund.name, (&school, 3_000_000, ""))
        .await
        .unwrap();
    contribute(&house, &keeper, &fund.name, (&company, 2_000_000, ""))
        .await
        .unwrap();
    contribute(&house, &resident, &fund.name, (&resident, 7, ""))
        .await
        .unwrap();
    let lamps = spend(&house, &keeper, &fund.name, 1_234_567, "").await.unwrap();
    // who paid for these lamps?
    let get = GetExpenseRequest {
        name: lamps.name.clone(),
    };
    let told = resident.funds().get_expense(get).await.unwrap().into_inner();
    let paid: Vec<_> = told
        .attributions
        .iter()
        .map(|part| (part.contributor.clone(), part.amount))
        .collect();
    let expected = [
        (school.owner(), 740_739),
        (company.owner(), 493_826),
        (resident.owner(), 2),
    ];
    assert_eq!(paid, expected);
    assert_eq!(
        told.attributions[0].contributor_display_name,
        format!("the unit {}", school.owner())
    );
    // where did the 30,000 yuan of the school go?
    let went = trace(&company, &fund.name, &school).await;
    assert_eq!((went.contributed, went.unspent), (3_000_000, 2_259_261));
    let spent: Vec<_> = went
        .expenses
        .iter()
        .map(|share| (&share.expense, share.amount, share.expense_amount))
        .collect();
    assert_eq!(spent, [(&lamps.name, 740_739, 1_234_567)]);
    let now = known(&school, &fund.name).await;
    agree(&now);
    assert_eq!(keeper.balance(&fund.account).await, now.unspent);
    let list = ListContributionsRequest {
        parent: fund.name.clone(),
        ..ListContributionsRequest::default()
    };
    let listed = resident
        .funds()
        .list_contributions(list)
        .await
        .unwrap()
        .into_inner()
        .contributions;
    assert_eq!(listed.iter().map(|one| one.unspent).sum::<i64>(), now.unspent);
    let lines = house.secretary().trial_balance().await;
    assert_eq!(lines.iter().map(|line| line.balance).sum::<i64>(), 0, "{lines:?}");
}

#[tokio::test]
async fn spending_is_approved_by_a_resolution_or_by_the_funds_rule() {
    let house = House::new().await;
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let fund = fund(&house, &keeper, AttributionRule::Fifo, 100).await;
    contribute(&house, &keeper, &fund.name, (&keeper, 1000, ""))
        .await
        .unwrap();
    let refused = possible(spend(&house, &keeper, &fund.name, 101, "").await);
    assert_eq!(refused, ("RESOLUTION_REQUIRED".to_owned(), "100".to_owned()));
    spend(&house, &keeper, &fund.name, 100, "").await.unwrap();
    let resolution = format!("{COMMUNITY}/resolutions/{}", house.id());
    let mut request = expense(&house, &fund.name, 500, "");
    request.expense.as_mut().unwrap().resolution = resolution.clone();
    let asked = keeper.funds().record_expense(request.clone()).await;
    assert_eq!(reason(asked), "RESOLUTION_UNKNOWN");
    // a resolution of another community approves nothing here
    let elsewhere = resolution.replace(COMMUNITY, crate::harness::OTHER_COMMUNITY);
    house.meeting.adopt(&elsewhere);
    let mut of_elsewhere = request.clone();
    of_elsewhere.expense.as_mut().unwrap().resolution = elsewhere;
    let asked = keeper.funds().record_expense(of_elsewhere).await;
    assert_eq!(reason(asked), "TWO_COMMUNITIES");
    house.meeting.adopt(&resolution);
    let project = format!("{COMMUNITY}/projects/{}", house.id());
    request.expense.as_mut().unwrap().project = project.clone();
    let asked = keeper.funds().record_expense(request.clone()).await;
    assert_eq!(reason(asked), "PROJECT_UNKNOWN");
    house.projects.open(&project);
    let made = keeper
        .funds()
        .record_expense(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!((&made.resolution, &made.project), (&resolution, &project));
    let again = keeper.funds().record_expense(request).await.unwrap().into_inner();
    assert_eq!((again.name, known(&keeper, &fund.name).await.spent), (made.name, 600));
    let mut request = expense(&house, &fund.name, 401, "");
    request.expense.as_mut().unwrap().resolution = resolution;
    let refused = possible(keeper.funds().record_expense(request).await);
    assert_eq!(refused, ("FUND_TOO_LOW".to_owned(), "400".to_owned()));
    let stranger = house.unit("RESIDENT_UNIT/STAFF");
    assert_eq!(
        reason(spend(&house, &stranger, &fund.name, 1, "").await),
        "PERMISSION_DENIED"
    );
    let mut unknown = expense(&house, &fund.name, 1, "");
    unknown.expense.as_mut().unwrap().voucher = format!("{COMMUNITY}/files/{}", house.id());
    assert_eq!(reason(keeper.funds().record_expense(unknown).await), "VOUCHER_UNKNOWN");
}

#[tokio::test]
async fn earmarked_money_pays_for_what_it_was_given_for() {
    let house = House::new().await;
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let (school, company) = (house.unit("RESIDENT_UNIT/STAFF"), house.unit("RESIDENT_UNIT/STAFF"));
    let marked = fund(&house, &keeper, AttributionRule::EarmarkFirst, 1000).await;
    contribute(&house, &school, &marked.name, (&school, 100, "benches"))
        .await
        .unwrap();
    contribute(&house, &company, &marked.name, (&company, 100, ""))
        .await
        .unwrap();
    let refused = possible(spend(&house, &keeper, &marked.name, 101, "lamps").await);
    assert_eq!(refused, ("FUND_TOO_LOW".to_owned(), "100".to_owned()));
    spend(&house, &keeper, &marked.name, 150, "benches").await.unwrap();
    assert_eq!(trace(&school, &marked.name, &school).await.unspent, 0);
    assert_eq!(trace(&school, &marked.name, &company).await.unspent, 50);
    let plain = fund(&house, &keeper, AttributionRule::ProRata, 1000).await;
    let asked = contribute(&house, &school, &plain.name, (&school, 100, "benches")).await;
    assert_eq!(reason(asked), "INVALID_REQUEST");
}

#[tokio::test]
async fn a_contributor_gets_back_no_more_than_its_unspent_share() {
    let house = House::new().await;
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let (school, company) = (house.unit("RESIDENT_UNIT/STAFF"), house.unit("RESIDENT_UNIT/STAFF"));
    let fund = fund(&house, &keeper, AttributionRule::ProRata, 1000).await;
    contribute(&house, &school, &fund.name, (&school, 600, ""))
        .await
        .unwrap();
    contribute(&house, &company, &fund.name, (&company, 400, ""))
        .await
        .unwrap();
    spend(&house, &keeper, &fund.name, 500, "").await.unwrap();
    let refused = possible(give_back(&house, &school, &fund.name, &school, 301).await);
    assert_eq!(refused, ("SHARE_TOO_LOW".to_owned(), "300".to_owned()));
    assert_eq!(
        reason(give_back(&house, &company, &fund.name, &school, 1).await),
        "PERMISSION_DENIED"
    );
    let refused = possible(give_back(&house, &keeper, &fund.name, &keeper, 1).await);
    assert_eq!(refused, ("SHARE_TOO_LOW".to_owned(), "0".to_owned()));
    give_back(&house, &school, &fund.name, &school, 100).await.unwrap();
    let went = trace(&school, &fund.name, &school).await;
    assert_eq!((went.unspent, went.returns[0].amount), (200, 100));
    agree(&known(&school, &fund.name).await);

    let close = |voucher: String| CloseFundRequest {
        name: fund.name.clone(),
        voucher,
        request_id: house.id(),
    };
    assert_eq!(
        reason(keeper.funds().close_fund(close(String::new())).await),
        "VOUCHER_REQUIRED"
    );
    let closed = keeper
        .funds()
        .close_fund(close(house.voucher()))
        .await
        .unwrap()
        .into_inner();
    let returned: Vec<_> = closed
        .returns
        .iter()
        .map(|made| (made.contributor.clone(), made.amount))
        .collect();
    assert_eq!(
        returned,
        [(school.owner(), 100), (school.owner(), 200), (company.owner(), 200)]
    );
    let now = closed.fund.unwrap();
    agree(&now);
    assert_eq!((now.unspent, keeper.balance(&fund.account).await), (0, 0));
    assert_eq!(
        reason(contribute(&house, &school, &fund.name, (&school, 1, "")).await),
        "FUND_CLOSED"
    );
    assert_eq!(reason(spend(&house, &keeper, &fund.name, 1, "").await), "FUND_CLOSED");
}

#[tokio::test]
async fn money_of_a_fund_moves_through_the_fund_alone() {
    let house = House::new().await;
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let fund = fund(&house, &keeper, AttributionRule::ProRata, 1000).await;
    contribute(&house, &keeper, &fund.name, (&keeper, 100, ""))
        .await
        .unwrap();
    let out = Transfer {
        voucher: house.voucher(),
        ..transfer(&fund.account, "", Unit::Fen, 1)
    };
    assert_eq!(reason(keeper.pay(&house, out).await), "BOOK_ACCOUNT");
    let name = keeper.postings(&fund.account).await.remove(0).transfer;
    let request = CorrectTransferRequest {
        name,
        memo: "wrong".to_owned(),
        voucher: house.voucher(),
        request_id: house.id(),
    };
    assert_eq!(
        reason(keeper.transfers().correct_transfer(request).await),
        "TRANSFER_KIND"
    );
    for amount in [0, -1, i64::MAX] {
        assert_eq!(
            reason(contribute(&house, &keeper, &fund.name, (&keeper, amount, "")).await),
            "INVALID_REQUEST"
        );
        assert_eq!(
            reason(spend(&house, &keeper, &fund.name, amount, "").await),
            "INVALID_REQUEST"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_sums_of_a_fund_agree_however_many_pay_in_and_out() {
    for rule in [
        AttributionRule::ProRata,
        AttributionRule::EarmarkFirst,
        AttributionRule::Fifo,
    ] {
        crowd(House::new().await, rule).await;
    }
}

/// Sixteen pay in, spend and take back at once.
pub async fn crowd(house: House, rule: AttributionRule) {
    let keeper = house.unit("SOCIAL_ORGANIZATION/STAFF");
    let fund = fund(&house, &keeper, rule, 1_000_000).await;
    let parties: Vec<_> = (0..16).map(|_| house.unit("RESIDENT_UNIT/STAFF")).collect();
    let acts = parties.iter().zip(1_i64..).map(|(party, place)| {
        let (house, keeper, fund) = (&house, &keeper, &fund.name);
        async move {
            let mut heard = [0; 3];
            for round in 1..=3 {
                let paid = contribute(house, party, fund, (party, 997 * place + round, ""))
                    .await
                    .unwrap();
                heard[0] += paid.amount;
                let spent = spend(house, keeper, fund, 401 * place, "").await;
                heard[1] += spent.map_or(0, |spent| spent.amount);
                let back = give_back(house, party, fund, party, 211 * place).await;
                heard[2] += back.map_or(0, |back| back.amount);
            }
            heard
        }
    });
    let heard = futures::future::join_all(acts).await;
    let sum = |place: usize| heard.iter().map(|one| one[place]).sum::<i64>();
    let now = known(&keeper, &fund.name).await;
    agree(&now);
    assert_eq!(
        (now.contributed, now.spent, now.returned),
        (sum(0), sum(1), sum(2)),
        "{rule:?}"
    );
    let mut left = 0;
    for party in &parties {
        let went = trace(party, &fund.name, party).await;
        let spent: i64 = went.expenses.iter().map(|share| share.amount).sum();
        let returned: i64 = went.returns.iter().map(|made| made.amount).sum();
        assert_eq!(went.contributed, went.unspent + spent + returned, "{went:?}");
        left += went.unspent;
    }
    assert_eq!((left, keeper.balance(&fund.account).await), (now.unspent, now.unspent));
    assert!(now.spent > 0 && now.returned > 0, "{now:?}");
}
