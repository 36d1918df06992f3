//! The reports that the rest of a query finds: only what occurs in them is suggested.

use crate::query::Node;
use crate::search::SearchError;
use crate::search::engine::State;
use crate::search::plan::Plan;
use std::sync::OnceLock;

/// Reports.
pub(in crate::search) struct Context {
    /// What finds them; all without it.
    pub(in crate::search) plan: Option<Plan>,
    /// Which of each segment they are, as the engine within found: it is asked about them several times.
    pub(in crate::search) marked: OnceLock<Vec<Vec<bool>>>,
}

impl Context {
    /// What `rest` finds; everything without it.
    pub(super) fn new(state: &State, rest: Option<&Node>) -> Result<Context, SearchError> {
        let plan = rest.map(|rest| state.planner().plan(Some(rest))).transpose()?;
        Ok(Context { plan, marked: OnceLock::new() })
    }

    /// Whether the rest of the query names pages or sections, which bear on the completed word too.
    pub(super) fn has_scopes(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| !plan.scopes.is_empty())
    }
}
