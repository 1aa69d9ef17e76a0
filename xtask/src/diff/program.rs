//! A program that uses the crates.

use std::path::Path;

use super::Report;
use crate::surface::Surface;

#[derive(Debug, Default)]
pub struct Program {}

impl Program {
    pub fn read(_path: &Path) -> Result<Self, String> {
        Ok(Self {})
    }

    pub fn keep_used(&self, _report: &mut Report, _before: &Surface, _after: &Surface) {}
}
