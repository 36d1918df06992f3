//! The accounts of people: pages to log in and out.

pub mod login;
