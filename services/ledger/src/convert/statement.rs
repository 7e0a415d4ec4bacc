use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::ledger::v1 as pb;

use super::{Wire, account_name, file_name, instant};
use crate::names::TransferName;
use crate::store::statement::Line;

/// A posting with what its transfer says.
pub fn posting(community: &CommunityId, line: Line) -> pb::Posting {
    let Line {
        posting,
        other,
        kind,
        memo,
        voucher,
    } = line;
    pb::Posting {
        transfer: TransferName::new(community, posting.transfer).to_string(),
        amount: posting.amount,
        balance: posting.balance,
        sequence: posting.sequence,
        post_time: instant(Some(posting.posted_at)),
        other_account: account_name(community, other),
        kind: kind.number(),
        memo,
        voucher: voucher.map(|file| file_name(community, file)).unwrap_or_default(),
    }
}

/// Lines of a statement.
///
/// # Errors
/// `INTERNAL` where they cannot be written.
pub fn csv(lines: Vec<Line>, community: &CommunityId) -> Result<String> {
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
    for line in lines {
        let (kind, posted_at) = (line.kind, line.posting.posted_at);
        let wire = posting(community, line);
        let record = [
            wire.sequence.to_string(),
            posted_at.to_string(),
            wire.amount.to_string(),
            wire.balance.to_string(),
            wire.transfer,
            wire.other_account,
            kind.code().to_owned(),
            cell(&wire.memo),
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
