//! The engine within: the index of one library on this machine.

mod fields;

pub(super) use fields::field;
