//! What a query finds, on small libraries of one and of several segments.

mod agreement;
mod bare;
mod cases;
mod contributors;
mod copies;
mod evidence;
mod explain;
mod facets;
mod following;
mod holdings;
mod hostile;
mod languages;
pub(super) mod library;
mod membership;
mod order;
mod ranking;
mod reference;
mod related;
mod same_answers;
mod suggest;
mod within;
