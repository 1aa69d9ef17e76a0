//! The command line.

use clap::{Parser, ValueEnum};
use clap_complete::Shell;

/// Runs any command of the Clever Cloud SDK by its name: JSON in, JSON or a table out.
///
/// The credentials are those of the environment or of the official CLI. The items of a stream come as lines of JSON, until it ends
/// or you stop it.
#[derive(Debug, Parser)]
#[command(name = "cc-call", version, after_help = crate::exit::HELP)]
pub struct Options {
    /// Name of the command, such as `GetZone`
    pub name: Option<String>,
    /// Input of the command, as JSON, such as '{"zoneName":"par"}'. Default: no arguments
    pub input: Option<String>,
    /// How to write the answer. Default: `json` for commands, `table` for lists of commands
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub output: Option<Output>,
    /// Writes passwords, tokens and other secrets into the answer, instead of `***`
    #[arg(long)]
    pub expose_secrets: bool,
    /// Calls a sandbox in this process instead of the platform
    #[arg(long)]
    pub sandbox: bool,
    /// Lists all commands
    #[arg(long, conflicts_with = "name")]
    pub list: bool,
    /// Lists the commands whose name, domain or summary contains all words
    #[arg(long, num_args = 1.., value_name = "WORDS", conflicts_with = "name")]
    pub find: Option<Vec<String>>,
    /// Shows the description of a command, and what it takes and gives, as JSON Schema
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    pub describe: Option<String>,
    /// Shows the ids of the sandbox
    #[arg(long, conflicts_with = "name")]
    pub ids: bool,
    /// Writes the completions for a shell
    #[arg(long, value_enum, value_name = "SHELL", conflicts_with = "name")]
    pub completions: Option<Shell>,
}

/// Format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// JSON, indented
    Json,
    /// A line for each thing, in columns
    Table,
}
