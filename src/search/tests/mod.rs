//! What a query finds, on small libraries of one and of several segments.

mod evidence;
mod library;
mod membership;
mod order;
mod within;
