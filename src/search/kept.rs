//! Answers of the dictionary, kept for as long as the commit they came from: words are asked for again and again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

/// Answers kept; all are forgotten when there would be more.
const MOST: usize = 2_000;

/// Answers by question.
#[derive(Debug)]
pub(super) struct Kept<Q, A> {
    answers: Mutex<HashMap<Q, Arc<A>>>,
}

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Kept<Q, A> {
        Kept { answers: Mutex::new(HashMap::new()) }
    }
}

impl<Q: Eq + Hash, A> Kept<Q, A> {
    /// The answer to a question: the one kept, or a new one. Two who ask at the same time may both find it out.
    pub(super) fn answer<E>(&self, question: Q, find: impl FnOnce(&Q) -> Result<A, E>) -> Result<Arc<A>, E> {
        if let Ok(answers) = self.answers.lock()
            && let Some(answer) = answers.get(&question)
        {
            return Ok(Arc::clone(answer));
        }
        let answer = Arc::new(find(&question)?);
        if let Ok(mut answers) = self.answers.lock() {
            if answers.len() >= MOST {
                answers.clear();
            }
            answers.insert(question, Arc::clone(&answer));
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_once_and_failures_again() {
        let kept: Kept<usize, usize> = Kept::default();
        let mut asked = 0;
        for (question, result, expected) in
            [(1, Err(()), Err(())), (1, Ok(10), Ok(10)), (2, Ok(20), Ok(20)), (1, Ok(30), Ok(10)), (2, Err(()), Ok(20))]
        {
            let answer = kept.answer(question, |_| {
                asked += 1;
                result
            });
            assert_eq!(answer.map(|answer| *answer), expected);
        }
        assert_eq!(asked, 3);
        for question in 0..=MOST {
            kept.answer(question, |question| Ok::<_, ()>(*question)).expect("an answer");
        }
        assert!(kept.answers.lock().expect("not poisoned").len() <= MOST, "no more than so many are kept");
    }
}
