//! Commands, and calls of commands: what a client does in one request or several under one name.

mod answer;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tracing::Instrument;

use crate::error::outcome::found;
use crate::error::{Error, ErrorKind, Result};
use crate::stage::{Boxed, Stage};
use crate::tasks::{self, Instant};
use crate::transport::observe::{command_span, record_error};
use crate::transport::{CallOptions, Heard, Transport};

pub use answer::CommandAnswer;

type Running<T> = Boxed<Result<T>>;

type Run<T> = Box<dyn FnOnce(CallOptions) -> Running<T> + Send>;

/// Something that a client can do, in one request or in several: a value with all its inputs.
///
/// Each client has a [`Context`](Self::Context) of its own, so that the compiler refuses a command of another client.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "expected a command, such as `GetApplication::new(…)`",
    note = "commands are in the module `commands` of `cc_client`, `cc_bridge` and `cc_redis_http`",
    note = "send a request of a crate `cc_api_…` with `Transport::call`, and open a stream with `client.stream(…)`"
)]
pub trait Command: Send + Sync + Sized + 'static {
    /// Name of the command in the catalogue, such as `GetZone`.
    const NAME: &'static str;

    /// Time that the command may take after the deadline of its call, to undo an incomplete change. Default:
    /// none.
    const CLEAN_UP: Duration = Duration::ZERO;

    /// The value that it returns.
    type Output: Send + 'static;

    /// The context in which it runs: that of the client which sends it.
    type Context: Send + Sync;

    /// Runs the command. Callers send it with a client instead, which sets its deadline and reports its
    /// error.
    ///
    /// # Errors
    /// Those that the documentation of the command lists.
    fn run(self, cx: &Self::Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// A command that is sent when it is awaited, and accepts options before that. The options apply to each of
/// its requests, except the time limit, which covers the whole command: at the deadline, the command ends.
///
/// The call is a future, so it works with `tokio::join!`, `tokio::spawn`, `join_all` and everything else that takes one. Options
/// have an effect until it is first polled.
///
/// Dropping the future ends the command: nothing more is sent or read.
#[must_use = "a command does nothing until it is awaited"]
pub struct CommandCall<T> {
    name: &'static str,
    clean_up: Duration,
    options: CallOptions,
    sent_at: &'static Location<'static>,
    stage: Stage<(Transport, Run<T>), Running<T>>,
}

impl<T> CommandCall<T> {
    /// Returns a call of a command, in the context that `context` makes of the options.
    #[track_caller]
    pub fn of<C>(
        transport: Transport,
        command: C,
        context: impl FnOnce(CallOptions) -> C::Context + Send + 'static,
    ) -> Self
    where
        C: Command<Output = T>,
    {
        let run = |options| async move { command.run(&context(options)).await };
        Self { clean_up: C::CLEAN_UP, ..Self::new(transport, C::NAME, run) }
    }

    /// Creates a call that runs `run` with the options for each of its requests, which include the one
    /// deadline of all of them. The [hooks](crate::transport::Hooks) receive the error of the call once, and
    /// not those of its requests.
    #[track_caller]
    pub fn new<F>(
        transport: Transport,
        name: &'static str,
        run: impl FnOnce(CallOptions) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Self::placed(transport, name, Duration::ZERO, CallOptions::default(), Location::caller(), run)
    }

    /// Creates a call that was made at this place, with these options.
    pub(crate) fn placed<F>(
        transport: Transport,
        name: &'static str,
        clean_up: Duration,
        options: CallOptions,
        sent_at: &'static Location<'static>,
        run: impl FnOnce(CallOptions) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let run: Run<T> = Box::new(|options| Box::pin(run(options)));
        Self { name, clean_up, options, sent_at, stage: Stage::Ready((transport, run)) }
    }

    crate::__call_setters!();

    /// Makes "not there" a value: a call that fails with an error of which [`is_not_found`](Error::is_not_found) is true gives `None`
    /// instead. All other errors stay errors.
    ///
    /// "Not there" is status 404, an id that is not visible to the credentials
    /// ([`CannotResolveResource`](ErrorKind::CannotResolveResource)), or a success without a body. The
    /// [hooks](crate::transport::Hooks) do not receive an error that becomes `None`.
    ///
    /// ```
    /// # use cc_runtime::{CommandCall, Result};
    /// # async fn example(call: CommandCall<String>) -> Result<()> {
    /// match call.optional().await? {
    ///     Some(name) => println!("{name}"),
    ///     None => println!("there is none"),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn optional(self) -> CommandCall<Option<T>>
    where
        T: Send + 'static,
    {
        let Self { name, clean_up, options, sent_at, stage } = self;
        let value = async |running: Running<T>| found(running.await);
        let stage = match stage {
            Stage::Ready((transport, run)) => {
                let run: Run<Option<T>> = Box::new(move |options| Box::pin(value(run(options))));
                Stage::Ready((transport, run))
            }
            Stage::Running(running) => Stage::Running(Box::pin(value(running)) as Running<_>),
            Stage::Starting => Stage::Starting,
        };
        CommandCall { name, clean_up, options, sent_at, stage }
    }

    /// Returns the metadata of the answers beside the value: status, headers, `Sozu-Id` and attempts. Of a call that was polled
    /// before, it is empty.
    ///
    /// ```
    /// # use cc_runtime::{CommandCall, Result};
    /// # async fn example(call: CommandCall<String>) -> Result<()> {
    /// let answer = call.with_answer().await?;
    /// println!("{} ({:?}, {:?})", *answer, answer.status(), answer.sozu_id());
    /// # Ok(()) }
    /// ```
    pub fn with_answer(self) -> CommandCall<CommandAnswer<T>>
    where
        T: Send + 'static,
    {
        let Self { name, clean_up, options, sent_at, stage } = self;
        let answer = async |running: Running<T>, heard| Ok(CommandAnswer::new(running.await?, &heard));
        let stage = match stage {
            Stage::Ready((transport, run)) => {
                let run: Run<CommandAnswer<T>> = Box::new(move |options| {
                    let heard = Heard::default();
                    let running = run(options.hearing(heard.clone()));
                    Box::pin(answer(running, heard))
                });
                Stage::Ready((transport, run))
            }
            Stage::Running(running) => {
                Stage::Running(Box::pin(answer(running, Heard::default())) as Running<_>)
            }
            Stage::Starting => Stage::Starting,
        };
        CommandCall { name, clean_up, options, sent_at, stage }
    }
}

impl<T: Send + 'static> Future for CommandCall<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { name, clean_up, options, sent_at, stage } = self.get_mut();
        let (name, clean_up, sent_at) = (*name, *clean_up, *sent_at);
        stage.poll(cx, |(transport, run)| {
            let options = std::mem::take(options);
            Box::pin(async move {
                let deadline = transport.deadline(&options);
                let options = options.deadline(deadline).report_errors(false);
                let mut output = None;
                // Requests end at the deadline by themselves, with an error that says more. This ends all other waiting.
                let end = deadline.and_then(|deadline| deadline.checked_add(clean_up));
                {
                    let running = pin!(async {
                        output = Some(run(options).await?);
                        Ok(())
                    });
                    supervised(&transport, name, sent_at, end, running).await?;
                }
                output.ok_or_else(|| {
                    Error::new(ErrorKind::Unexpected).with_message("the command gave no output")
                })
            })
        })
    }
}

/// Runs a command until its end, and reports its failure. It is compiled once for all commands.
async fn supervised(
    transport: &Transport,
    name: &'static str,
    sent_at: &'static Location<'static>,
    end: Option<Instant>,
    running: Pin<&mut (dyn Future<Output = Result<()>> + Send)>,
) -> Result<()> {
    let in_time = async {
        let done = tasks::until_settled(end, running).await;
        done.unwrap_or_else(|| Err(timed_out().with_base_url(transport.endpoint().as_str())))
    };
    let span = command_span(name);
    let outcome = tasks::guarded(in_time).instrument(span.clone()).await;
    if let Err(error) = outcome {
        let error = error.with_command(name).with_sent_at(sent_at);
        record_error(&span, &error);
        transport.report(&error).instrument(span).await;
        return Err(error);
    }
    Ok(())
}

#[cold]
fn timed_out() -> Error {
    Error::new(ErrorKind::TimedOut).with_message("the time limit of the command has passed")
}

impl<T> fmt::Debug for CommandCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCall")
            .field("command", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
