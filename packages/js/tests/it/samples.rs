//! A program of TypeScript with samples of all inputs and outputs.

use std::fmt::Write;

use cc_js::commands;
use cc_sandbox::{Extent, Sandbox};

/// Each is a constant of the type of its command, so that the compiler compares them.
pub(crate) fn samples() -> String {
    let samples = Sandbox::builder().in_memory().samples();
    let mut text = "import type { Commands, Streams } from 'cc-sdk-wasm';\n".to_owned();
    for command in commands::all() {
        let (interface, output) =
            if command.is_stream() { ("Streams", "item") } else { ("Commands", "output") };
        for (side, schema) in [("input", command.input_schema()), (output, command.output_schema())] {
            for extent in [Extent::Required, Extent::Whole] {
                for value in samples.values(&schema, extent) {
                    let name = command.name();
                    let _ = writeln!(text, "({value}) satisfies {interface}['{name}']['{side}'];");
                }
            }
        }
    }
    text
}
