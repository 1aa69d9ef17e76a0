//! The contract on native targets: a test for each case and each way to wait.

mod column;

/// The tests of one column: its name is the module.
macro_rules! tests {
    ($($group:ident { $($case:ident),* $(,)? })*) => {
        $(mod $group {
            $(#[test]
            fn $case() {
                super::COLUMN.run(stringify!($case));
            })*
        })*
    };
}

mod tokio_multi_thread {
    const COLUMN: crate::column::Column = crate::column::Column::TokioMultiThread;
    cc_contract::contract!(tests);
}

mod tokio_current_thread {
    const COLUMN: crate::column::Column = crate::column::Column::TokioCurrentThread;
    cc_contract::contract!(tests);
}

mod blocking {
    const COLUMN: crate::column::Column = crate::column::Column::Blocking;
    cc_contract::contract!(tests);
}

mod blocking_in_multi_thread {
    const COLUMN: crate::column::Column = crate::column::Column::BlockingInMultiThread;
    cc_contract::contract!(tests);
}

mod blocking_in_current_thread {
    const COLUMN: crate::column::Column = crate::column::Column::BlockingInCurrentThread;
    cc_contract::contract!(tests);
}
