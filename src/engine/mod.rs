//! Facts against policy: findings, ignores, order, threads. Uses `policy` and below.

mod check;
mod clone;
mod comments;
mod finding;
mod groups;
mod judge;
mod recipes;
mod repair;
mod report;
mod secrets;

pub use check::{Run, check};
pub use comments::{Date, Heed};
pub use finding::{Change, Finding, Fold, Label, Repair, State, Undecided};
pub use judge::{FINDINGS_PER_PART, Judgement, Standing, judge};
pub use repair::is_mechanical;
pub use report::{CONTROLS, Cell, Checked, Report, Row};
pub use secrets::{Hidden, secrets};
