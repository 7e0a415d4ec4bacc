/// Shares a total out by weights, exactly: every share is rounded down, and what is left goes one by one to the largest remainders,
/// of equal ones to the first. `None` for a negative total or weight, and where nobody has any weight.
#[must_use]
pub fn shares(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total < 0 || whole <= 0 || weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let product = i128::from(total) * i128::from(*weight);
        shares.push(i64::try_from(product / whole).ok()?);
        remainders.push((product % whole, place));
    }
    let given: i64 = shares.iter().sum();
    remainders.sort_by_key(|(remainder, place)| (std::cmp::Reverse(*remainder), *place));
    let left = usize::try_from(total - given).ok()?;
    for (_, place) in remainders.into_iter().take(left) {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        assert_eq!(shares(100, &[1, 1, 1]), Some(vec![34, 33, 33]));
        assert_eq!(shares(10, &[1, 2, 4]), Some(vec![1, 3, 6]));
        assert_eq!(shares(0, &[5, 7]), Some(vec![0, 0]));
        assert_eq!(shares(7, &[0, 3]), Some(vec![0, 7]));
        for nothing in [shares(1, &[]), shares(1, &[0]), shares(-1, &[1]), shares(1, &[2, -1])] {
            assert_eq!(nothing, None);
        }
        assert_eq!(
            shares(i64::MAX, &[i64::MAX, i64::MAX]).unwrap().iter().sum::<i64>(),
            i64::MAX
        );
    }

    proptest! {
        #[test]
        fn shares_add_up_and_none_is_off_by_one(
            total in 0_i64..=1_000_000_000_000_000,
            weights in proptest::collection::vec(0_i64..=1_000_000_000_000, 1..40),
        ) {
            let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            prop_assume!(whole > 0);
            let shares = shares(total, &weights).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = i128::from(total) * i128::from(*weight);
                let off = i128::from(*share) * whole - exact;
                prop_assert!(off.abs() < whole, "{share} of {weight}");
            }
        }

        #[test]
        fn nobody_bears_more_than_it_has(weights in proptest::collection::vec(0_i64..=1000, 1..20), part in 0_u32..=1000) {
            let whole: i64 = weights.iter().sum();
            prop_assume!(whole > 0);
            let total = whole * i64::from(part) / 1000;
            let shares = shares(total, &weights).unwrap();
            prop_assert!(shares.iter().zip(&weights).all(|(share, weight)| share <= weight));
        }
    }
}
