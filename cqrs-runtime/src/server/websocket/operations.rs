use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{AbortHandle, Abortable, BoxStream, SelectAll};
use futures_util::{Stream, StreamExt};

use super::super::answer::Answer;

/// The operations that run on a socket, by the ids that the client has given them.
#[derive(Default)]
pub(super) struct Operations {
    running: HashMap<String, Running>,
    answers: SelectAll<Abortable<Identified>>,
}

struct Running {
    handle: AbortHandle,
    /// Whether it is a subscription, which nobody waits for.
    endless: bool,
}

/// What an operation has to say.
#[derive(Debug)]
pub(super) enum Said {
    Answer(String, Box<Answer>),
    Complete(String),
}

/// The answers of one operation, and then its end.
struct Identified {
    id: String,
    answers: Option<BoxStream<'static, Answer>>,
}

impl Operations {
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// Queries and mutations that are not done.
    pub(super) fn awaited(&self) -> usize {
        self.running.values().filter(|running| !running.endless).count()
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    pub(super) fn start(&mut self, id: String, answers: BoxStream<'static, Answer>, endless: bool) {
        let (handle, registration) = AbortHandle::new_pair();
        self.running.insert(id.clone(), Running { handle, endless });
        self.answers.push(Abortable::new(Identified { id, answers: Some(answers) }, registration));
    }

    /// The client no longer wants it. Where it has ended meanwhile, there is nothing to stop.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some(running) = self.running.remove(id) {
            running.handle.abort();
        }
    }

    /// What is said next; pending while nothing runs. It is safe to drop.
    pub(super) async fn next(&mut self) -> Said {
        loop {
            let Some(said) = self.answers.next().await else {
                // The set is empty, and stays so until an operation is started, which this borrow excludes.
                std::future::pending::<()>().await;
                continue;
            };
            // What was said by an operation that the client has stopped meanwhile is not for it any more.
            match &said {
                Said::Answer(id, answer) if self.contains(id) => {
                    if answer.refused().is_some() {
                        // An error ends an operation, without `complete`.
                        self.stop(&id.clone());
                    }
                    return said;
                }
                Said::Complete(id) if self.running.remove(id).is_some() => return said,
                _ => {}
            }
        }
    }
}

impl Stream for Identified {
    type Item = Said;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Said>> {
        let Some(answers) = &mut self.answers else { return Poll::Ready(None) };
        let answer = std::task::ready!(answers.poll_next_unpin(context));
        let id = self.id.clone();
        Poll::Ready(Some(if let Some(answer) = answer {
            Said::Answer(id, Box::new(answer))
        } else {
            self.answers = None;
            Said::Complete(id)
        }))
    }
}
