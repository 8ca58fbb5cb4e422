//! Appends that are committed together, some of which conflict, reuse an id or carry data that the database refuses:
//! every verdict is that of the same append alone.

mod alone;
mod model;
mod one_process;
mod plan;
mod processes;
mod recorder;
