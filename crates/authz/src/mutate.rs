/// In a release, simply the value. In tests each named mutant may put a wrong value in its place, so that the comparison with the
/// oracle is seen to catch it.
#[cfg(not(test))]
macro_rules! mutate {
    ($right:expr $(, $mutant:ident => $wrong:expr)+ $(,)?) => {
        $right
    };
}

#[cfg(test)]
macro_rules! mutate {
    ($right:expr $(, $mutant:ident => $wrong:expr)+ $(,)?) => {
        match $crate::oracle::mutants::active() {
            $(Some($crate::oracle::mutants::Mutant::$mutant) => $wrong,)+
            _ => $right,
        }
    };
}

/// In a release nothing. In tests each named mutant may do something wrong here.
#[cfg(not(test))]
macro_rules! seed {
    ($($mutant:ident => $wrong:expr),+ $(,)?) => {};
}

#[cfg(test)]
macro_rules! seed {
    ($($mutant:ident => $wrong:expr),+ $(,)?) => {
        match $crate::oracle::mutants::active() {
            $(Some($crate::oracle::mutants::Mutant::$mutant) => $wrong,)+
            _ => {}
        }
    };
}
