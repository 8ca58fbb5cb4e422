//! One sink for all mistakes of a derive, so that they are reported in one go.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

/// Collects mistakes; whoever makes one must [`check`](Errors::check) it, or it panics when it is dropped.
pub(crate) struct Errors {
    collected: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { collected: RefCell::new(Some(Vec::new())) }
    }

    /// Reports a mistake at the given tokens.
    pub(crate) fn push(&self, at: impl ToTokens, message: impl Display) {
        self.push_error(syn::Error::new_spanned(at, message));
    }

    /// Reports a mistake at a span.
    pub(crate) fn push_at(&self, at: Span, message: impl Display) {
        self.push_error(syn::Error::new(at, message));
    }

    /// Reports a mistake that syn found.
    pub(crate) fn push_error(&self, error: syn::Error) {
        if let Some(collected) = self.collected.borrow_mut().as_mut() {
            collected.push(error);
        }
    }

    /// Reports the mistakes that darling found.
    pub(crate) fn push_darling(&self, error: darling::Error) {
        for error in error.flatten() {
            self.push_error(error.into());
        }
    }

    /// Whether no mistake was reported so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.collected.borrow().as_ref().is_none_or(Vec::is_empty)
    }

    /// All mistakes as one error, if there are any.
    pub(crate) fn check(self) -> Result<(), syn::Error> {
        let collected = self.collected.borrow_mut().take().unwrap_or_default();
        collected
            .into_iter()
            .reduce(|mut all, next| {
                all.combine(next);
                all
            })
            .map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            std::thread::panicking() || self.collected.borrow().is_none(),
            "the errors of a derive were not checked"
        );
    }
}
