//! A command that is about to be sent: whatever a client does in one request or several under one name.

mod answer;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use crate::error::Result;
use crate::tasks;
use crate::transport::{CallOptions, Heard, Transport};

pub use answer::CommandAnswer;

type Running<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// A command that is sent when it is awaited, and takes options before. They hold for each of its requests, except that
/// its time is one for all of them.
///
/// Dropping the future ends the command: nothing more is sent or read.
#[must_use = "a command does nothing until it is awaited"]
pub struct CommandCall<T> {
    transport: Transport,
    name: &'static str,
    options: CallOptions,
    run: Box<dyn FnOnce(CallOptions) -> Running<T> + Send>,
}

impl<T> CommandCall<T> {
    /// A call of what `run` does with the options of each of its requests, which hold the one deadline of all of them:
    /// what else it waits for is its own affair. The error that it ends with is told to the
    /// [hooks](crate::transport::Hooks) once, those of its requests are not.
    pub fn new<F>(
        transport: Transport,
        name: &'static str,
        run: impl FnOnce(CallOptions) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let run = Box::new(|options| Box::pin(run(options)) as Running<T>);
        Self { transport, name, options: CallOptions::default(), run }
    }

    crate::__call_setters!();

    /// Gives, beside the value, what the answers to its requests said: status, headers, `Sozu-Id` and attempts.
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
        let Self { transport, name, options, run } = self;
        let run = move |options: CallOptions| {
            let heard = Heard::default();
            let running = run(options.hearing(heard.clone()));
            Box::pin(async move { Ok(CommandAnswer::new(running.await?, &heard)) }) as Running<_>
        };
        CommandCall { transport, name, options, run: Box::new(run) }
    }
}

impl<T: Send + 'static> IntoFuture for CommandCall<T> {
    type Output = Result<T>;
    type IntoFuture = Running<T>;

    fn into_future(self) -> Running<T> {
        let Self { transport, name, options, run } = self;
        Box::pin(async move {
            let deadline = transport.deadline(&options);
            let options = options.deadline(deadline).report_errors(false);
            match tasks::guarded(run(options)).await {
                Ok(output) => Ok(output),
                Err(error) => {
                    let error = error.with_command(name);
                    transport.report(&error).await;
                    Err(error)
                }
            }
        })
    }
}

impl<T> fmt::Debug for CommandCall<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCall")
            .field("command", &self.name)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
