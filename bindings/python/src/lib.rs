//! lowwater for Python. This crate holds conversions, calls and errors, and decides nothing: what a
//! token, a rule or a policy means is the core's. Its documentation is `lowwater/_lowwater.pyi`.

mod accepted;
mod convert;
mod cutoffs;
mod error;
mod events;
mod index;
mod interpreter;
mod introspection;
mod issuer;
mod keys;
mod logout;
mod number;
mod poll;
mod reply;
mod response;
mod revocation;
mod rule;
mod rules;
mod sentinel;
mod status;
mod stream;
mod time;
mod validator;

use pyo3::prelude::*;

/// Pickling and copying are refused: what is held is of this process.
fn unpicklable(what: &str, instead: &str) -> PyResult<()> {
    Err(error::unpicklable(format_args!("{what} cannot be copied or pickled: {instead}")))
}

#[pymodule]
mod _lowwater {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::accepted::{Accepted, Ticket, affected};
    #[pymodule_export]
    use crate::cutoffs::Cutoffs;
    #[pymodule_export]
    use crate::events::{EventReceiver, Received};
    #[pymodule_export]
    use crate::index::Index;
    #[pymodule_export]
    use crate::introspection::{Inquiry, Introspections};
    #[pymodule_export]
    use crate::issuer::{Fetch, Issuers};
    #[pymodule_export]
    use crate::keys::{Key, KeySet, Signed};
    #[pymodule_export]
    use crate::logout::{Logout, LogoutReceiver};
    #[pymodule_export]
    use crate::poll::Polling;
    #[pymodule_export]
    use crate::reply::Reply;
    #[pymodule_export]
    use crate::revocation::{GlobalRevocation, Revocation, RevocationRequest};
    #[pymodule_export]
    use crate::rule::Rule;
    use crate::sentinel::{Any, NoCutoffs};
    #[pymodule_export]
    use crate::status::{StatusLists, WithStatus};
    #[pymodule_export]
    use crate::stream::StreamFreshness;
    #[pymodule_export]
    use crate::validator::{Validator, unverified};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::only_one()?;
        module.add("ANY", Bound::new(module.py(), Any)?)?;
        module.add("NO_CUTOFFS", Bound::new(module.py(), NoCutoffs)?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
