//! What can go wrong with objects.

/// A failure of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The configuration is at fault.
    #[error("`{address}` cannot be used: {detail}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        detail: String,
    },
    /// There is no such object.
    #[error("`{object}` is not there")]
    Absent {
        /// Its address.
        object: String,
    },
    /// It ends before what was asked for.
    #[error("`{object}` ends before what was to be read of it")]
    Short {
        /// Its address.
        object: String,
    },
    /// Another object has the name.
    #[error("`{object}` is there already")]
    Exists {
        /// Its address.
        object: String,
    },
    /// It is not in the version that was asked for any more.
    #[error("`{object}` has changed")]
    Changed {
        /// Its address.
        object: String,
    },
    /// It is larger than what was to be read at most.
    #[error("`{object}` is larger than {most} bytes")]
    TooLarge {
        /// Its address.
        object: String,
        /// Bytes.
        most: u64,
    },
    /// The store will not do it, whenever it is asked.
    #[error("the store refuses `{object}`: {detail}")]
    Refused {
        /// The object's address.
        object: String,
        /// Status and code.
        detail: String,
    },
    /// The store did not do it in any of several tries.
    #[error("the store does not answer for `{object}` as it should: {detail}")]
    Unavailable {
        /// The object's address.
        object: String,
        /// What happened last.
        detail: String,
    },
}
