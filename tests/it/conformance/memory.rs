use std::future::{Ready, ready};

use cqrs_runtime::store::MemoryBackend;

cqrs_runtime::backend_conformance!(open);

fn open() -> Ready<(Box<MemoryBackend>, ())> {
    ready((Box::default(), ()))
}
