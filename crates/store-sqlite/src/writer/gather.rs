//! Which units are written together.
//!
//! A commit writes every page that it changes, so units that change the same pages are cheaper
//! together: of one tenant, each unit changes the ends of the same trees. Where the group before had
//! company, the next one waits a moment for some, small units for small ones and large for large.
//! Whoever commits one unit after another is always alone, and never waits.
//!
//! Of large units, few go together: whoever comes meanwhile waits for all of them, and those who wait are
//! answered together, go on together and come back together, while one core writes or the other reads.

use std::mem;
use std::thread;
use std::time::{Duration, Instant};

use flume::{Receiver, RecvTimeoutError};

use super::task::Task;

/// Units in one transaction, at most.
pub const MAX_GROUP_UNITS: usize = 256;

/// Rows in one transaction of several units, at most. A larger unit is written alone, so that small
/// ones do not wait for it longer than they must.
const MAX_GROUP_ROWS: usize = 50_000;

/// How long small units wait for company.
const SMALL_WAIT: Duration = Duration::from_millis(2);

/// Rows of a large unit: what a reading of some weeks brings.
const LARGE_ROWS: usize = 64;

/// How long large units wait for company, and how many of them are enough of it.
const LARGE_WAIT: Duration = Duration::from_millis(5);
const ENOUGH_LARGE: usize = 4;

/// Rows with which large units are written without more of them, if they are [`ENOUGH_LARGE`].
const TOGETHER_ROWS: usize = 4_000;

/// Rows with which a unit needs no company.
const ENOUGH_ROWS: usize = 16_000;

/// Units that wait for their transaction.
pub struct Gathering {
    small: Waiting,
    large: Waiting,
    large_wait: Duration,
    /// Lets a small unit wait for company.
    pause: Box<dyn FnMut()>,
    /// One that did not fit any more: the next group begins with it.
    held_back: Option<Box<dyn Task>>,
}

/// Units of one size.
#[derive(Default)]
struct Waiting {
    tasks: Vec<Box<dyn Task>>,
    rows: usize,
    /// When the first of them came.
    since: Option<Instant>,
    /// How many of the size there were in the group before.
    before: usize,
}

impl Default for Gathering {
    fn default() -> Self {
        Self::waiting(LARGE_WAIT, || thread::sleep(SMALL_WAIT))
    }
}

impl Gathering {
    /// Large units wait for so long at most, small ones for one pause.
    fn waiting(large_wait: Duration, pause: impl FnMut() + 'static) -> Self {
        let (small, large) = (Waiting::default(), Waiting::default());
        Self { small, large, large_wait, pause: Box::new(pause), held_back: None }
    }

    /// Those that are written next; nothing when none will come any more.
    pub fn next(&mut self, queue: &Receiver<Box<dyn Task>>) -> Option<Vec<Box<dyn Task>>> {
        let mut is_open = true;
        if let Some(task) = self.held_back.take() {
            self.add(task);
        }
        loop {
            // Whoever came while a group was written, small ones before the large that are left of it.
            self.take_waiting(queue);
            let is_due = self.is_full() || self.large.is_due(self.large_wait);
            if self.small.tasks.is_empty() && !is_due {
                is_open = self.wait_for_one(queue);
                self.take_waiting(queue);
            }
            if !is_open && self.is_empty() {
                return None;
            }
            let is_due = !is_open || self.is_full() || self.large.is_due(self.large_wait);
            if !is_due && self.small.tasks.is_empty() {
                continue;
            }
            if is_open && !is_due && self.small.tasks.len() < self.small.before {
                (self.pause)();
                self.take_waiting(queue);
            }
            return Some(self.take(is_due));
        }
    }

    /// Waits until one more has come or the large ones are due; false when none will come any more.
    fn wait_for_one(&mut self, queue: &Receiver<Box<dyn Task>>) -> bool {
        let received = match self.large.since {
            Some(since) => queue.recv_deadline(since + self.large_wait),
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(task) => self.add(task),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn take_waiting(&mut self, queue: &Receiver<Box<dyn Task>>) {
        while !self.is_full() {
            let Ok(task) = queue.try_recv() else { return };
            self.add(task);
        }
    }

    #[allow(clippy::disallowed_methods, reason = "how long a unit waits is monotonic time")]
    fn add(&mut self, task: Box<dyn Task>) {
        let rows = task.rows();
        if !self.is_empty() && self.small.rows + self.large.rows + rows > MAX_GROUP_ROWS {
            self.held_back = Some(task);
            return;
        }
        let waiting = if rows < LARGE_ROWS { &mut self.small } else { &mut self.large };
        waiting.rows += rows;
        waiting.tasks.push(task);
        waiting.since.get_or_insert_with(Instant::now);
    }

    fn is_empty(&self) -> bool {
        self.small.tasks.is_empty() && self.large.tasks.is_empty()
    }

    fn is_full(&self) -> bool {
        self.held_back.is_some()
            || self.small.tasks.len() + self.large.tasks.len() >= MAX_GROUP_UNITS
            || self.small.rows + self.large.rows >= MAX_GROUP_ROWS
    }

    /// The small ones, and as many large ones as go together where they are due: up to the limits, in the
    /// order in which they came.
    fn take(&mut self, with_large: bool) -> Vec<Box<dyn Task>> {
        let mut tasks = self.small.take(self.small.tasks.len());
        if with_large {
            tasks.extend(self.large.take(self.large.together()));
        }
        tasks
    }
}

impl Waiting {
    #[allow(clippy::disallowed_methods, reason = "how long a unit waits is monotonic time")]
    fn is_due(&self, longest: Duration) -> bool {
        let Some(since) = self.since else { return false };
        self.before < 2
            || self.tasks.len() >= ENOUGH_LARGE
            || self.rows >= ENOUGH_ROWS
            || since.elapsed() >= longest
    }

    /// How many of them are written together.
    fn together(&self) -> usize {
        let mut rows = 0;
        for (number, task) in (1..).zip(&self.tasks) {
            rows += task.rows();
            if number >= ENOUGH_LARGE && rows >= TOGETHER_ROWS {
                return number;
            }
        }
        self.tasks.len()
    }

    /// The first of them. Those that stay have waited as long as these.
    fn take(&mut self, most: usize) -> Vec<Box<dyn Task>> {
        let rest = self.tasks.split_off(most);
        let taken = mem::replace(&mut self.tasks, rest);
        self.rows = self.tasks.iter().map(|task| task.rows()).sum();
        self.since = self.since.filter(|_| !self.tasks.is_empty());
        self.before = taken.len();
        taken
    }
}

#[cfg(test)]
mod tests {
    use cartola_store::StoreError;
    use flume::Sender;
    use rusqlite::Connection;

    use super::*;

    /// Longer than any test runs.
    const LONG: Duration = Duration::from_hours(1);

    const SMALL: usize = 1;

    /// A unit of so many rows.
    struct Rows(usize);

    impl Task for Rows {
        fn rows(&self) -> usize {
            self.0
        }

        fn apply(&mut self, _: &Connection) -> Result<(), StoreError> {
            Ok(())
        }

        fn answer(self: Box<Self>, _: Result<(), StoreError>) {}
    }

    fn send(sender: &Sender<Box<dyn Task>>, rows: &[usize]) {
        for &rows in rows {
            sender.send(Box::new(Rows(rows))).expect("the queue is open");
        }
    }

    fn next(gathering: &mut Gathering, queue: &Receiver<Box<dyn Task>>) -> Vec<usize> {
        let tasks = gathering.next(queue).expect("something waits");
        tasks.iter().map(|task| task.rows()).collect()
    }

    #[test]
    fn who_comes_alone_waits_for_nobody() {
        let (sender, queue) = flume::unbounded();
        let mut gathering = Gathering::waiting(LONG, || panic!("it waits for nobody"));
        for rows in [SMALL, LARGE_ROWS, LARGE_ROWS, SMALL, LARGE_ROWS] {
            send(&sender, &[rows]);
            assert_eq!(next(&mut gathering, &queue), [rows]);
        }
    }

    /// Whoever comes while a small one waits is written with it, in one transaction.
    #[test]
    fn a_small_one_waits_where_there_was_company() {
        let (sender, queue) = flume::unbounded();
        let late = sender.clone();
        let mut gathering = Gathering::waiting(LONG, move || send(&late, &[SMALL + 1]));
        send(&sender, &[SMALL; 2]);
        assert_eq!(next(&mut gathering, &queue), [SMALL; 2], "nobody was before them");
        send(&sender, &[SMALL]);
        assert_eq!(next(&mut gathering, &queue), [SMALL, SMALL + 1], "it waited");
        send(&sender, &[SMALL; 2]);
        assert_eq!(next(&mut gathering, &queue), [SMALL; 2], "as many as before wait for nobody");
    }

    #[test]
    fn a_large_one_waits_where_there_was_company_and_small_ones_pass_it() {
        let (sender, queue) = flume::unbounded();
        let mut gathering = Gathering::waiting(LONG, || ());
        send(&sender, &[LARGE_ROWS, SMALL, LARGE_ROWS]);
        assert_eq!(next(&mut gathering, &queue), [SMALL, LARGE_ROWS, LARGE_ROWS]);
        send(&sender, &[LARGE_ROWS, SMALL]);
        assert_eq!(next(&mut gathering, &queue), [SMALL]);
        send(&sender, &[LARGE_ROWS; ENOUGH_LARGE - 1]);
        assert_eq!(next(&mut gathering, &queue), [LARGE_ROWS; ENOUGH_LARGE]);
        send(&sender, &[ENOUGH_ROWS]);
        assert_eq!(next(&mut gathering, &queue), [ENOUGH_ROWS]);
    }

    #[test]
    fn few_large_ones_go_together_and_small_ones_pass_the_rest() {
        const HISTORY: usize = TOGETHER_ROWS / 2;
        let (sender, queue) = flume::unbounded();
        let mut gathering = Gathering::waiting(LONG, || ());
        send(&sender, &[HISTORY; 2 * ENOUGH_LARGE + 1]);
        assert_eq!(next(&mut gathering, &queue), [HISTORY; ENOUGH_LARGE]);
        send(&sender, &[SMALL]);
        let with_small = [&[SMALL][..], &[HISTORY; ENOUGH_LARGE]].concat();
        assert_eq!(next(&mut gathering, &queue), with_small, "they are due");
        send(&sender, &[HISTORY; ENOUGH_LARGE - 1]);
        assert_eq!(next(&mut gathering, &queue), [HISTORY; ENOUGH_LARGE]);
        // Where they have fewer rows, more of them go together.
        send(&sender, &[TOGETHER_ROWS / 8; 12]);
        assert_eq!(next(&mut gathering, &queue), [TOGETHER_ROWS / 8; 8]);
        assert_eq!(next(&mut gathering, &queue), [TOGETHER_ROWS / 8; 4]);
        drop(sender);
        assert!(gathering.next(&queue).is_none());
    }

    #[test]
    fn what_does_not_fit_is_the_first_of_the_next() {
        let (sender, queue) = flume::unbounded();
        let mut gathering = Gathering::waiting(LONG, || ());
        send(&sender, &[SMALL, MAX_GROUP_ROWS, SMALL]);
        assert_eq!(next(&mut gathering, &queue), [SMALL]);
        assert_eq!(next(&mut gathering, &queue), [MAX_GROUP_ROWS]);
        assert_eq!(next(&mut gathering, &queue), [SMALL]);
        send(&sender, &[SMALL; MAX_GROUP_UNITS + 1]);
        assert_eq!(next(&mut gathering, &queue).len(), MAX_GROUP_UNITS);
        assert_eq!(next(&mut gathering, &queue), [SMALL]);
    }

    #[test]
    fn what_waits_when_the_queue_is_closed_is_still_written() {
        let (sender, queue) = flume::unbounded();
        let mut gathering = Gathering::waiting(LONG, || ());
        send(&sender, &[LARGE_ROWS; 2]);
        assert_eq!(next(&mut gathering, &queue).len(), 2);
        send(&sender, &[LARGE_ROWS, SMALL]);
        assert_eq!(next(&mut gathering, &queue), [SMALL]);
        drop(sender);
        assert_eq!(next(&mut gathering, &queue), [LARGE_ROWS]);
        assert!(gathering.next(&queue).is_none());
    }
}
