use yihe_kernel::{CommunityId, Error, Fields, FileName, Result, Timestamp};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, account_name, amount, code, file_name, instant, required_request_id};
use crate::domain::{Account, AccountKind, Hold, Serves, Transfer, TransferKind, Unit};
use crate::names::{AccountId, AccountName, ClaimId, ClaimName, ProjectId, ProjectName, TransferId, TransferName};
use crate::reasons;
use yihe_retry::Retry;

/// Transfers made together at most.
const MOST: usize = 50;
/// Days for which something is held at most.
const LONGEST_HOLD_DAYS: i64 = 366;

/// A transfer to be made.
#[derive(Debug, Clone)]
pub struct Line {
    /// Who gives; `None` for what comes from outside.
    pub debit: Option<AccountId>,
    /// Who receives; `None` for what goes outside.
    pub credit: Option<AccountId>,
    /// What is counted.
    pub unit: Unit,
    /// How much.
    pub amount: i64,
    /// Why.
    pub kind: TransferKind,
    /// What for.
    pub memo: String,
    /// The voucher.
    pub voucher: Option<FileName>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The project it names.
    pub project: Option<ProjectName>,
    /// What it is done for, once that was looked up.
    pub serves: Serves,
}

impl Line {
    /// Who gives, the outside where nobody else does.
    #[must_use]
    pub fn debit_or_outside(&self) -> AccountId {
        self.debit
            .unwrap_or_else(|| Account::book_id(AccountKind::Outside, self.unit))
    }

    /// Who receives, the outside where nobody else does.
    #[must_use]
    pub fn credit_or_outside(&self) -> AccountId {
        self.credit
            .unwrap_or_else(|| Account::book_id(AccountKind::Outside, self.unit))
    }
}

/// Transfers to be made.
#[derive(Debug)]
pub struct NewTransfers {
    /// In their order.
    pub lines: Vec<Line>,
    /// Whether it is only asked what would happen.
    pub validate_only: bool,
    /// How the request is known again.
    pub retry: Retry,
}

/// The names in a request for transfers, before it is decided who may.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn sides(request: &pb::CreateTransfersRequest) -> Result<Vec<(Option<AccountName>, Option<AccountName>)>> {
    let side = |index: usize, field: &str, text: &str| -> Result<Option<AccountName>> {
        if text.is_empty() {
            return Ok(None);
        }
        super::name(&format!("transfers[{index}].{field}"), text).map(Some)
    };
    let sides = request.transfers.iter().enumerate().map(|(index, transfer)| {
        Ok((
            side(index, "debit_account", &transfer.debit_account)?,
            side(index, "credit_account", &transfer.credit_account)?,
        ))
    });
    sides.collect()
}

/// Reads a request for transfers; `now` says what is still to come.
///
/// # Errors
/// `INVALID_REQUEST` naming every bad field, `SAME_ACCOUNT`, `VOUCHER_REQUIRED`.
pub fn new_transfers(request: &pb::CreateTransfersRequest, now: Timestamp) -> Result<NewTransfers> {
    let sides = sides(request)?;
    let mut fields = Fields::new();
    required_request_id(&mut fields, &request.request_id);
    let retry = Retry::of(&mut fields, &request.request_id, request);
    if request.transfers.is_empty() || request.transfers.len() > MOST {
        fields.refuse("transfers", "must be 1 to 50", "须为 1 至 50 笔");
    }
    let mut lines = Vec::with_capacity(request.transfers.len());
    for (index, (transfer, (debit, credit))) in request.transfers.iter().zip(sides).enumerate() {
        let field = |name: &str| format!("transfers[{index}].{name}");
        let unit = code::<Unit>(&mut fields, &field("unit"), transfer.unit);
        amount(&mut fields, &field("amount"), transfer.amount);
        let memo = fields.line(&field("memo"), &transfer.memo, 0..=200);
        let voucher = fields.optional_name::<FileName>(&field("voucher"), &transfer.voucher);
        let project = fields.optional_name::<ProjectName>(&field("project"), &transfer.project);
        let expires_at = fields.instant(&field("expire_time"), transfer.expire_time.as_ref());
        if expires_at.is_some_and(|at| at <= now || at > now.plus_days(LONGEST_HOLD_DAYS)) {
            let (en, zh) = ("must be in the next 366 days", "须在今后 366 天之内");
            fields.refuse(&field("expire_time"), en, zh);
        }
        let kind = match transfer.kind() {
            pb::TransferKind::Unspecified | pb::TransferKind::Payment => TransferKind::Payment,
            pb::TransferKind::Donation => TransferKind::Donation,
            _ => {
                let (en, zh) = ("must be a payment or a donation", "须为转账或捐赠");
                fields.refuse(&field("kind"), en, zh);
                TransferKind::Payment
            }
        };
        let Some(unit) = unit else { continue };
        if (debit.is_none() || credit.is_none()) && unit != Unit::Fen {
            let missing = if debit.is_none() {
                "debit_account"
            } else {
                "credit_account"
            };
            fields.refuse(
                &field(missing),
                "is required: only money comes from outside",
                "必填:仅资金可来自或去往外部",
            );
        }
        lines.push(Line {
            debit: debit.map(|name| name.account),
            credit: credit.map(|name| name.account),
            unit,
            amount: transfer.amount,
            kind,
            memo,
            voucher,
            expires_at,
            project,
            serves: Serves::default(),
        });
    }
    fields.finish()?;
    for (index, line) in lines.iter().enumerate() {
        if line.debit == line.credit {
            return Err(Error::new(&reasons::SAME_ACCOUNT).with("index", index).with(
                "name",
                request
                    .transfers
                    .get(index)
                    .map_or("", |one| one.debit_account.as_str()),
            ));
        }
        if line.unit == Unit::Fen && line.voucher.is_none() {
            return Err(Error::new(&reasons::VOUCHER_REQUIRED).with("index", index));
        }
    }
    Ok(NewTransfers {
        lines,
        validate_only: request.validate_only,
        retry,
    })
}

/// A transfer and what became of it.
pub fn transfer(hold: &Hold, corrected_by: Option<TransferId>, now: Timestamp) -> pb::Transfer {
    let transfer = &hold.transfer;
    let community = &transfer.name.community;
    let named = |id: TransferId| TransferName::new(community, id).to_string();
    let state = hold.state(now);
    // a hold that nobody met since it ran out ended then
    let ran_out = transfer.expires_at.filter(|at| hold.end.is_none() && *at <= now);
    pb::Transfer {
        name: transfer.name.to_string(),
        debit_account: account_name(community, transfer.debit),
        credit_account: account_name(community, transfer.credit),
        unit: transfer.unit.number(),
        amount: transfer.amount,
        kind: transfer.kind.number(),
        state: state.number(),
        memo: transfer.memo.clone(),
        voucher: transfer
            .voucher
            .map(|file| file_name(community, file))
            .unwrap_or_default(),
        expire_time: instant(transfer.expires_at),
        create_time: instant(Some(transfer.made_at)),
        end_time: instant(hold.end.map(|end| end.ended_at).or(ran_out)),
        posted_amount: hold.posted(),
        batch: named(transfer.batch),
        corrects: transfer.corrects.map(named).unwrap_or_default(),
        corrected_by: corrected_by.map(named).unwrap_or_default(),
        creator: transfer.creator.clone(),
        project: project_name(community, transfer.serves.project),
        claim: claim_name(community, transfer.serves.claim),
    }
}

/// What is told of a transfer that moved `amount` for a project.
#[must_use]
pub fn project_entry(transfer: &Transfer, amount: i64) -> Option<pb::ProjectEntryMade> {
    let community = &transfer.name.community;
    let project = transfer.serves.project?;
    let signed = match transfer.kind {
        TransferKind::Correction => -amount,
        _ => amount,
    };
    Some(pb::ProjectEntryMade {
        project: project_name(community, Some(project)),
        claim: claim_name(community, transfer.serves.claim),
        transfer: transfer.name.to_string(),
        kind: transfer.kind.number(),
        unit: transfer.unit.number(),
        amount: signed,
    })
}

/// The name of a project, empty for none.
pub fn project_name(community: &CommunityId, project: Option<ProjectId>) -> String {
    let name = project.map(|project| ProjectName {
        community: community.clone(),
        project,
    });
    name.map(|name| name.to_string()).unwrap_or_default()
}

/// The name of a claim, empty for none.
pub fn claim_name(community: &CommunityId, claim: Option<ClaimId>) -> String {
    let name = claim.map(|claim| ClaimName {
        community: community.clone(),
        claim,
    });
    name.map(|name| name.to_string()).unwrap_or_default()
}
