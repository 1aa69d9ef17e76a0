//! Output of `git`, for the verbs that compare the working tree with a revision.

use std::path::Path;
use std::process::Command;

/// Runs `git` in a folder and returns its output.
pub fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(["-c", "core.quotePath=false"])
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("could not run git: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("`git {}` failed: {}", arguments.join(" "), told.lines().next().unwrap_or("no message")))
}
