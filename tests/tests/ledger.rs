//! The time bank and a pooled fund through the gateway: services credited, money followed to each contributor.

use anyhow::Result;
use yihe::Wiring;
use yihe_proto::directory::v1::GetAppointmentRequest;
use yihe_proto::file::v1::GetFileRequest;
use yihe_proto::ledger::v1::*;
use yihe_testkit::{Actor, Beizhan, Postgres, TestNode, TestNodeOptions, refused};

const RECEIPT: &[u8] = b"receipt of the lamp shop\n";

async fn sharing(wiring: Wiring, database: Option<String>) -> Result<()> {
    let options = TestNodeOptions {
        wiring,
        database,
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    time_bank(&beizhan).await?;
    pooled_fund(&beizhan).await?;
    let trial = ComputeTrialBalanceRequest {
        parent: beizhan.community.clone(),
    };
    let lines = beizhan.committee.person.call(trial.clone()).await?.lines;
    for unit in [Unit::Minutes, Unit::Fen] {
        let of_unit = lines.iter().filter(|line| line.unit() == unit);
        assert_eq!(of_unit.map(|line| line.balance).sum::<i64>(), 0, "{lines:?}");
    }
    refused(beizhan.school().person.call(trial.clone()).await, "PERMISSION_DENIED")?;
    refused(node.stranger().call(trial).await, "UNAUTHENTICATED")?;
    node.stop().await?;
    Ok(())
}

/// The school lends its people to the station, which confirms what they did.
async fn time_bank(beizhan: &Beizhan) -> Result<()> {
    let (school, station) = (beizhan.school(), beizhan.station());
    let appointment = GetAppointmentRequest {
        name: school.appointment.clone(),
    };
    let giver = beizhan.committee.person.call(appointment).await?.user;
    let request = RecordServiceRequest {
        parent: beizhan.community.clone(),
        service_record: Some(ServiceRecord {
            givers: vec![ServiceGiver {
                user: giver,
                ..Default::default()
            }],
            receiver: station.organization.clone(),
            organizer: school.organization.clone(),
            minutes: 90,
            summary: "guided travellers".to_owned(),
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e01".to_owned(),
    };
    let record = school.person.call(request.clone()).await?;
    assert_eq!(school.person.call(request).await?.name, record.name);
    let confirm = ConfirmServiceRequest {
        name: record.name.clone(),
    };
    refused(
        beizhan.property_company.person.call(confirm.clone()).await,
        "PERMISSION_DENIED",
    )?;
    refused(school.person.call(confirm.clone()).await, "OWN_SERVICE")?;
    let confirmed = station.person.call(confirm.clone()).await?;
    assert_eq!(confirmed.state(), ServiceState::Confirmed);
    refused(station.person.call(confirm).await, "SERVICE_DECIDED")?;
    let accounts = ListAccountsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    let own = school.person.call(accounts).await?.accounts;
    assert_eq!((own.len(), own[0].balance, own[0].unit()), (1, 90, Unit::Minutes));
    let statement = ExportStatementRequest {
        name: own[0].name.clone(),
        ..Default::default()
    };
    assert!(school.person.call(statement).await?.csv.contains(",90,90,"));
    Ok(())
}

/// A voucher of the fund is read by whoever may see the fund; one of an account by whoever may see the account.
async fn vouchers(beizhan: &Beizhan, fund: &str) -> Result<String> {
    let (school, station, secretary) = (
        &beizhan.school().person,
        &beizhan.station().person,
        &beizhan.committee.person,
    );
    let voucher = school.upload(fund, "收据.txt", "text/plain", RECEIPT).await?.name;
    let clerk = &beizhan.clerk;
    for reader in [school, station, secretary, clerk] {
        assert_eq!(reader.download(&voucher, 0, 0).await?.1, RECEIPT);
    }
    let account = OpenAccountRequest {
        parent: beizhan.community.clone(),
        account: Some(Account {
            owner: beizhan.school().organization.clone(),
            unit: Unit::Fen.into(),
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e05".to_owned(),
    };
    let account = school.call(account).await?.name;
    let private = school.upload(&account, "对账单.txt", "text/plain", RECEIPT).await?.name;
    assert_eq!(secretary.call(get(&private)).await?.owner_object, account);
    refused(station.call(get(&private)).await, "PERMISSION_DENIED")?;
    refused(
        station.upload(&account, "收据.txt", "text/plain", RECEIPT).await,
        "PERMISSION_DENIED",
    )?;
    Ok(voucher)
}

fn get(name: &str) -> GetFileRequest {
    GetFileRequest { name: name.to_owned() }
}

async fn contribute(by: &Actor, fund: &str, contributor: &str, amount: i64, voucher: &str) -> Result<Contribution> {
    let request = ContributeRequest {
        fund: fund.to_owned(),
        contribution: Some(Contribution {
            contributor: contributor.to_owned(),
            amount,
            voucher: voucher.to_owned(),
            ..Default::default()
        }),
        request_id: format!("0190a5b4-7e1e-7c3a-9b3e-{amount:012}"),
    };
    Ok(by.call(request).await?)
}

/// School and station pay for lamps; each sees what of its money they are.
async fn pooled_fund(beizhan: &Beizhan) -> Result<()> {
    let (school, station, secretary) = (beizhan.school(), beizhan.station(), &beizhan.committee.person);
    let create = CreateFundRequest {
        parent: beizhan.community.clone(),
        fund: Some(Fund {
            title: "桥洞照明".to_owned(),
            rule: AttributionRule::ProRata.into(),
            spending_limit: 2_000_000,
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e02".to_owned(),
    };
    let fund = secretary.call(create).await?.name;
    let voucher = vouchers(beizhan, &fund).await?;
    contribute(&school.person, &fund, &school.organization, 3_000_000, &voucher).await?;
    contribute(secretary, &fund, &station.organization, 2_000_000, &voucher).await?;
    let expense = RecordExpenseRequest {
        fund: fund.clone(),
        expense: Some(Expense {
            amount: 1_234_567,
            purpose: "lamps".to_owned(),
            payee: "the lamp shop".to_owned(),
            voucher,
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e03".to_owned(),
    };
    refused(school.person.call(expense.clone()).await, "PERMISSION_DENIED")?;
    let made = secretary.call(expense.clone()).await?;
    assert_eq!(secretary.call(expense.clone()).await?, made);
    let mut alone = expense;
    alone.request_id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e04".to_owned();
    let wanted = alone.expense.get_or_insert_default();
    wanted.amount = 2_000_001;
    wanted.resolution = format!("{}/resolutions/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f", beizhan.community);
    refused(secretary.call(alone.clone()).await, "RESOLUTION_UNKNOWN")?;
    alone.expense.get_or_insert_default().resolution.clear();
    refused(secretary.call(alone).await, "RESOLUTION_REQUIRED")?;
    let shares: Vec<_> = made.attributions.iter().map(|part| part.amount).collect();
    assert_eq!(shares, [740_740, 493_827]);
    assert_eq!(made.attributions[0].contributor_display_name, school.display_name);
    let trace = TraceContributorRequest {
        fund,
        contributor: school.organization.clone(),
    };
    let went = station.person.call(trace).await?;
    assert_eq!(
        (went.contributed, went.unspent, went.expenses[0].amount),
        (3_000_000, 2_259_260, 740_740)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_and_money_are_shared_in_process() -> Result<()> {
    sharing(Wiring::Direct, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_and_money_are_shared_behind_sockets() -> Result<()> {
    sharing(Wiring::Tcp, None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql() -> Result<()> {
    let server = Postgres::start()?;
    sharing(Wiring::Direct, Some(server.url())).await
}
