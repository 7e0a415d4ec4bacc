use yihe_authz::Authorized;
use yihe_kernel::{FileId, Timestamp};

use crate::domain::{Account, AccountKind, Fund, Serves, Transfer, TransferKind, Unit};
use crate::names::{TransferId, TransferName};

/// Which way money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From outside into the fund.
    In,
    /// From the fund to the outside.
    Out,
}

/// What moves money of a fund.
pub struct Money<'a> {
    pub fund: &'a Fund,
    pub way: Way,
    pub amount: i64,
    pub kind: TransferKind,
    pub memo: &'a str,
    pub voucher: FileId,
    pub serves: Serves,
}

impl Money<'_> {
    /// The transfer of this id, made alone.
    pub fn transfer(&self, id: TransferId, by: &Authorized, now: Timestamp) -> Transfer {
        let outside = Account::book_id(AccountKind::Outside, Unit::Fen);
        let (debit, credit) = match self.way {
            Way::In => (outside, self.fund.account),
            Way::Out => (self.fund.account, outside),
        };
        Transfer {
            name: TransferName::new(&self.fund.name.community, id),
            batch: id,
            place: 0,
            debit,
            credit,
            unit: Unit::Fen,
            amount: self.amount,
            kind: self.kind,
            memo: self.memo.chars().take(200).collect(),
            voucher: Some(self.voucher),
            expires_at: None,
            corrects: None,
            serves: self.serves,
            creator: by.actor(),
            made_at: now,
        }
    }
}
