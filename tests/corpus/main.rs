//! The labelled corpus: real messages with the problem and the cause that the people concerned confirmed, and ordinary
//! logs that must stay silent. Prints tables and holds them to the project's bars.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod accuracy;
mod cases;
mod leave_one_out;
mod ordinary;
mod redaction;
mod rules;
