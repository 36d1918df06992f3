//! Words as printed for words as indexed: `résumé` for `resume`, if most reports print it so.

use crate::search::SearchError;
use crate::search::backend::Backend;

/// The form to show for a folded word that `reports` reports have. What was typed with accents stays as typed.
pub(super) fn printed(backend: &Backend, folded: &str, reports: u64, typed: &str) -> Result<String, SearchError> {
    let typed = typed.to_lowercase();
    let forms = backend.accented(folded)?;
    let is_typed = |form: &str| !typed.is_ascii() && form.starts_with(&typed);
    let best = forms.into_iter().max_by(|a, b| (is_typed(&a.0), a.1).cmp(&(is_typed(&b.0), b.1)).then(b.0.cmp(&a.0)));
    Ok(match best {
        Some((form, frequency)) if is_typed(&form) || frequency.saturating_mul(2) > reports => form,
        _ => folded.to_owned(),
    })
}
