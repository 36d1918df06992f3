//! What an operator chooses about comments.

use crate::store::{CommentRules, Moderation};

/// The operator's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentOptions {
    /// Whether comments are taken and shown at all.
    pub is_enabled: bool,
    /// Which of them wait for a moderator.
    pub moderation: Moderation,
    /// Comments of one account within [`CommentOptions::rate_seconds`]; 0 = any number.
    pub rate: u32,
    /// See [`CommentOptions::rate`].
    pub rate_seconds: u32,
    /// Links in a comment.
    pub most_links: usize,
}

impl Default for CommentOptions {
    fn default() -> CommentOptions {
        CommentOptions {
            is_enabled: true,
            moderation: Moderation::First,
            rate: 5,
            rate_seconds: 10 * 60,
            most_links: 2,
        }
    }
}

impl CommentOptions {
    /// What holds for a new comment; whoever moderates need not wait for himself.
    pub fn rules(&self, is_moderator: bool) -> CommentRules {
        let rate = (self.rate > 0 && !is_moderator).then_some((self.rate, i64::from(self.rate_seconds)));
        CommentRules { moderation: self.moderation_of(is_moderator), rate }
    }

    /// Whether what its author writes or changes waits for a moderator.
    pub fn moderation_of(&self, is_moderator: bool) -> Moderation {
        if is_moderator { Moderation::None } else { self.moderation }
    }
}
