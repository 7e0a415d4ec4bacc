use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, account_name, file_name, instant};
use crate::domain::Transfer;
use crate::names::TransferName;
use crate::store::posting::Posting;

/// A posting with the transfer it belongs to.
pub fn posting(community: &CommunityId, posting: &Posting, transfer: &Transfer) -> pb::Posting {
    let other = if transfer.debit == posting.account {
        transfer.credit
    } else {
        transfer.debit
    };
    pb::Posting {
        transfer: TransferName::new(community, posting.transfer).to_string(),
        amount: posting.amount,
        balance: posting.balance,
        sequence: posting.sequence,
        post_time: instant(Some(posting.posted_at)),
        other_account: account_name(community, other),
        kind: transfer.kind.number(),
        memo: transfer.memo.clone(),
        voucher: transfer
            .voucher
            .map(|file| file_name(community, file))
            .unwrap_or_default(),
    }
}

/// Lines of a statement.
///
/// # Errors
/// `INTERNAL` where they cannot be written.
pub fn csv(postings: &[(Posting, Transfer)], community: &CommunityId) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headings = [
        "sequence",
        "post_time",
        "amount",
        "balance",
        "transfer",
        "other_account",
        "kind",
        "memo",
        "voucher",
    ];
    writer.write_record(headings).map_err(Error::internal)?;
    for (line, transfer) in postings {
        let wire = posting(community, line, transfer);
        let record = [
            line.sequence.to_string(),
            line.posted_at.to_string(),
            line.amount.to_string(),
            line.balance.to_string(),
            wire.transfer,
            wire.other_account,
            transfer.kind.code().to_owned(),
            cell(&transfer.memo),
            wire.voucher,
        ];
        writer.write_record(record).map_err(Error::internal)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::internal(error.to_string()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

/// Text that a spreadsheet would take for a formula is told as text.
fn cell(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@') => format!("'{text}"),
        _ => text.to_owned(),
    }
}
