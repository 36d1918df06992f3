//! Time by stage, summed over the threads that are listened to; a stage within another interrupts it.

use crate::clock::usage::thread_cpu;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a file goes through on its way into the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its bytes are read and hashed.
    Read,
    /// Objects, page tree, outline, labels and what the file says about itself.
    Parse,
    /// Streams are inflated, or decoded in another way; those that hold objects are so while they are parsed.
    Decode,
    /// Fonts made ready to tell texts and widths of codes.
    Fonts,
    /// Content streams become glyphs.
    Interpret,
    /// Glyphs become words, lines and blocks.
    Layout,
    /// Blocks become the text of pages, title, language, statements.
    Text,
    /// Pictures of pages are read by another program, whose processor time is not in this.
    Recognise,
    /// Texts, boxes and rows of the catalogue are made and written.
    Store,
    /// Words are analysed and handed to the engine, and commits waited for.
    Index,
}

impl Stage {
    /// All, in the order of a file's way.
    pub const ALL: [Stage; 10] = [
        Stage::Read,
        Stage::Parse,
        Stage::Decode,
        Stage::Fonts,
        Stage::Interpret,
        Stage::Layout,
        Stage::Text,
        Stage::Recognise,
        Stage::Store,
        Stage::Index,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Parse => "parse",
            Stage::Decode => "decode",
            Stage::Fonts => "fonts",
            Stage::Interpret => "interpret",
            Stage::Layout => "layout",
            Stage::Text => "text",
            Stage::Recognise => "recognition",
            Stage::Store => "store",
            Stage::Index => "index",
        }
    }
}

/// What a stage took, summed over threads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// The stage.
    pub stage: Stage,
    /// Seconds that passed, waiting included.
    pub seconds: f64,
    /// Seconds of processor time; 0 where the system does not tell.
    pub cpu_seconds: f64,
}

/// Counts the time of stages, from any number of threads.
#[derive(Debug, Default)]
pub struct Stages {
    sums: [Sum; Stage::ALL.len()],
}

/// In nanoseconds.
#[derive(Debug, Default)]
struct Sum {
    passed: AtomicU64,
    cpu: AtomicU64,
}

impl Stages {
    /// Counts what the calling thread does, until what is returned is dropped.
    pub fn listen(self: &Arc<Stages>) -> Listening {
        let heard = Heard { stages: Arc::clone(self), current: None, since: Instant::now(), cpu: Duration::ZERO };
        Listening { before: HEARD.replace(Some(heard)), of_thread: PhantomData }
    }

    /// What was counted, stage by stage.
    pub fn times(&self) -> Vec<StageTime> {
        let seconds = |sum: &AtomicU64| Duration::from_nanos(sum.load(Ordering::Relaxed)).as_secs_f64();
        let time = |(stage, sum): (Stage, &Sum)| StageTime {
            stage,
            seconds: seconds(&sum.passed),
            cpu_seconds: seconds(&sum.cpu),
        };
        Stage::ALL.into_iter().zip(&self.sums).map(time).collect()
    }

    fn add(&self, stage: Stage, passed: Duration, cpu: Duration) {
        let Some(sum) = self.sums.get(stage as usize) else { return };
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        sum.passed.fetch_add(nanoseconds(passed), Ordering::Relaxed);
        sum.cpu.fetch_add(nanoseconds(cpu), Ordering::Relaxed);
    }
}

thread_local! {
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// A thread that is listened to.
struct Heard {
    stages: Arc<Stages>,
    current: Option<Stage>,
    /// When the current stage was entered or gone on with.
    since: Instant,
    cpu: Duration,
}

impl Heard {
    /// Counts the time of the current stage and puts another in its place; returns what was current.
    fn change(&mut self, stage: Option<Stage>) -> Option<Stage> {
        let (now, cpu) = (Instant::now(), thread_cpu().unwrap_or_default());
        if let Some(current) = self.current {
            self.stages.add(current, now - self.since, cpu.saturating_sub(self.cpu));
        }
        (self.since, self.cpu) = (now, cpu);
        std::mem::replace(&mut self.current, stage)
    }
}

/// Listens to a thread until it is dropped.
#[must_use = "nothing is counted after it is dropped"]
pub struct Listening {
    before: Option<Heard>,
    of_thread: PhantomData<*const ()>,
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Listening").finish_non_exhaustive()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        HEARD.set(self.before.take());
    }
}

/// A stage that goes on until it is dropped.
#[derive(Debug)]
#[must_use = "the stage ends when it is dropped"]
pub struct Entered {
    /// What it interrupts, if the thread is listened to.
    outer: Option<Option<Stage>>,
    of_thread: PhantomData<*const ()>,
}

/// Begins a stage.
pub fn enter(stage: Stage) -> Entered {
    let outer = HEARD.with_borrow_mut(|heard| heard.as_mut().map(|heard| heard.change(Some(stage))));
    Entered { outer, of_thread: PhantomData }
}

/// Does something as part of a stage.
pub fn within<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    let _entered = enter(stage);
    work()
}

impl Drop for Entered {
    fn drop(&mut self) {
        let Some(outer) = self.outer else { return };
        HEARD.with_borrow_mut(|heard| {
            if let Some(heard) = heard {
                heard.change(outer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stages that took any time.
    fn counted(stages: &Stages) -> Vec<Stage> {
        stages.times().into_iter().filter(|time| time.seconds > 0.0).map(|time| time.stage).collect()
    }

    fn seconds(stages: &Stages, stage: Stage) -> f64 {
        stages.times().into_iter().find(|time| time.stage == stage).map_or(0.0, |time| time.seconds)
    }

    fn wait(milliseconds: u64) {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }

    #[test]
    fn an_inner_stage_is_not_counted_for_the_outer() {
        let stages = Arc::new(Stages::default());
        let _listening = stages.listen();
        within(Stage::Interpret, || {
            within(Stage::Fonts, || wait(40));
            wait(5);
        });
        assert_eq!(counted(&stages), [Stage::Fonts, Stage::Interpret]);
        assert!(seconds(&stages, Stage::Fonts) >= 0.04);
        assert!((0.005..0.04).contains(&seconds(&stages, Stage::Interpret)), "{:?}", stages.times());
    }

    #[test]
    fn a_panic_ends_its_stage() {
        let stages = Arc::new(Stages::default());
        let _listening = stages.listen();
        within(Stage::Parse, || {
            let outcome = std::panic::catch_unwind(|| within(Stage::Layout, || std::panic::panic_any(1)));
            assert!(outcome.is_err());
            wait(20);
        });
        assert!(seconds(&stages, Stage::Parse) >= 0.02, "{:?}", stages.times());
    }

    #[test]
    fn only_threads_that_are_listened_to_count_and_their_times_add_up() {
        let stages = Arc::new(Stages::default());
        within(Stage::Read, || wait(1));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _listening = stages.listen();
                    within(Stage::Store, || wait(20));
                });
            }
            scope.spawn(|| within(Stage::Text, || wait(1)));
        });
        drop(stages.listen());
        within(Stage::Index, || wait(1));
        assert_eq!(counted(&stages), [Stage::Store]);
        assert!(seconds(&stages, Stage::Store) >= 0.04);
    }

    #[test]
    fn waiting_is_no_processor_time() {
        let stages = Arc::new(Stages::default());
        let _listening = stages.listen();
        within(Stage::Store, || wait(50));
        let start = Instant::now();
        within(Stage::Index, || while start.elapsed() < Duration::from_millis(30) {});
        let [store, index] = stages.times()[Stage::Store as usize..] else { panic!("the last two") };
        assert!(store.cpu_seconds < 0.02, "{store:?}");
        assert!(index.cpu_seconds > 0.0 || !cfg!(target_os = "linux"), "{index:?}");
    }
}
