//! A call of `ensure`, which takes options before it is awaited.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::engine::{self, Creations, Settings};
use super::{Ensure, Ensured};
use crate::command::CommandCall;
use crate::error::Result;
use crate::stage::Stage;
use crate::tasks;
use crate::transport::{CallOptions, Transport};

/// Time limit of a call of `ensure` that sets none: several attempts fit into it, with the looks between them.
const TIME: Duration = Duration::from_secs(5 * 60);

/// Time after the deadline in which the call says what it knows.
const LAST_WORD: Duration = Duration::from_secs(1);

/// A call of `ensure`: looks for the thing, and creates it if there is none. It is sent when it is awaited, and takes options
/// before that.
///
/// The time limit covers everything, waiting for other calls and looking again included. Default: 5 minutes. The other options
/// are those of each request. The call is a future: options have an effect until it is first polled.
///
/// Dropping the future ends the call. If a creation was under way, its result may exist: the next call of `ensure` finds it.
#[must_use = "nothing is created until the call is awaited"]
pub struct EnsureCall<C: Ensure> {
    options: CallOptions,
    settings: Settings,
    sent_at: &'static Location<'static>,
    stage: Stage<Parts<C>, CommandCall<Ensured<C::Thing>>>,
}

struct Parts<C: Ensure> {
    transport: Transport,
    creations: Arc<Creations>,
    command: C,
    context: Box<dyn Fn(CallOptions) -> C::Context + Send + Sync>,
}

/// Nothing is pinned but the future on the heap.
impl<C: Ensure> Unpin for EnsureCall<C> {}

impl<C: Ensure> EnsureCall<C> {
    /// Creates a call of this command, in the contexts that `context` makes of options. Calls that share `creations` never
    /// create the same thing at once.
    #[track_caller]
    pub fn new(
        transport: Transport,
        creations: Arc<Creations>,
        command: C,
        context: impl Fn(CallOptions) -> C::Context + Send + Sync + 'static,
    ) -> Self {
        let settings = Settings { update: false, visible_within: C::VISIBLE_WITHIN, attempts: 5 };
        let (options, sent_at) = (CallOptions::default(), Location::caller());
        let stage = Stage::Ready(Parts { transport, creations, command, context: Box::new(context) });
        Self { options, settings, sent_at, stage }
    }

    crate::__call_setters!();

    /// Sets whether a thing that is found is changed where it differs from the inputs of the command and can be changed. The
    /// result is then [`Ensured::Updated`], and names the fields. Default: `false`, differences are only reported.
    pub fn update(mut self, update: bool) -> Self {
        self.settings.update = update;
        self
    }

    /// Sets how long the platform may take to show in its lists what was created: for so long, a call looks for it before it
    /// tries again. Shorter is faster after a failure, and makes duplicates if the platform takes longer. Default:
    /// [`Ensure::VISIBLE_WITHIN`] of the command.
    pub fn visible_within(mut self, time: Duration) -> Self {
        self.settings.visible_within = time;
        self
    }

    /// Sets how many times the creation is tried at most. Default: 5.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts.max(1);
        self
    }
}

impl<C: Ensure> Future for EnsureCall<C> {
    type Output = Result<Ensured<C::Thing>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { options, settings, sent_at, stage } = self.get_mut();
        stage.poll(cx, |Parts { transport, creations, command, context }| {
            let settings = *settings;
            let options = std::mem::take(options);
            let options = if options.has_limit() { options } else { options.timeout(TIME) };
            let calling = transport.clone();
            let run = move |options: CallOptions| {
                tasks::alone(move |work| {
                    let run = engine::Run { transport: calling, creations, command, settings, context, work };
                    run.ensure(options)
                })
            };
            CommandCall::placed(transport, C::NAME, LAST_WORD, options, sent_at, run)
        })
    }
}

impl<C: Ensure + fmt::Debug> fmt::Debug for EnsureCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnsureCall")
            .field("command", &self.stage.ready().map(|parts| &parts.command))
            .field("options", &self.options)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
