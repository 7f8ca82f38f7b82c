//! Rules in place, in a copy of what JavaScript gave: it could write to its own.

use lowwater::LoadError;
use napi::bindgen_prelude::{External, Uint8ArraySlice};
use napi_derive::napi;

use crate::error::{Result, mistake};
use crate::number;
use crate::rules::{Rules, freshness_json};
use crate::time::{at, span};

/// Rules, and the bytes that they lie in.
pub(crate) struct Index {
    /// Before what it borrows from, so that it goes first.
    index: lowwater::Index<'static>,
    _bytes: Box<[u8]>,
}

impl Index {
    fn open(
        bytes: &[u8],
        open: impl FnOnce(&'static [u8]) -> std::result::Result<lowwater::Index<'static>, LoadError>,
    ) -> Result<External<Rules>> {
        let bytes: Box<[u8]> = bytes.into();
        #[expect(
            unsafe_code,
            reason = "what JavaScript holds cannot borrow, so what it borrows from stands beside"
        )]
        // SAFETY: a box does not move its content, nothing writes to it, and it is freed with the index,
        // whose fields are dropped in order: what borrows goes first. `get` lends it for no longer.
        let lent = unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) };
        let index = open(lent).map_err(mistake)?;
        let size = bytes.len().saturating_add(size_of::<Self>());
        let rules = Rules::Index(Box::new(Self { index, _bytes: bytes }));
        Ok(External::new_with_size_hint(rules, size))
    }

    pub(crate) fn get(&self) -> &lowwater::Index<'static> {
        &self.index
    }
}

#[napi(catch_unwind)]
pub(crate) fn index_local(bytes: Uint8ArraySlice<'_>) -> Result<External<Rules>> {
    Index::open(&bytes, lowwater::Index::local)
}

#[napi(catch_unwind)]
pub(crate) fn index_replica(
    bytes: Uint8ArraySlice<'_>,
    stale_after: i64,
    expired_after: i64,
) -> Result<External<Rules>> {
    Index::open(&bytes, |bytes| {
        lowwater::Index::replica(bytes, span(stale_after), span(expired_after))
    })
}

#[napi(catch_unwind)]
pub(crate) fn index_freshness(index: &External<Rules>, now: i64) -> Result<String> {
    Ok(freshness_json(index.index()?.freshness(at(now))))
}

#[napi(catch_unwind)]
pub(crate) fn index_check_all(index: &External<Rules>) -> Result<()> {
    index.index()?.check_all().map_err(mistake)
}

#[napi(catch_unwind)]
pub(crate) fn index_targets(index: &External<Rules>) -> Result<f64> {
    Ok(number(index.index()?.targets()))
}
