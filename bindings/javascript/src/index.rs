//! Rules in place, in a copy of what JavaScript gave: it could write to its own.

use std::fmt;

use lowwater::LoadError;

use crate::mistake::Result;

/// Rules, and the bytes that they lie in.
pub struct Index {
    /// Before what it borrows from, so that it goes first.
    index: lowwater::Index<'static>,
    bytes: Box<[u8]>,
}

impl Index {
    pub(crate) fn open(
        bytes: &[u8],
        open: impl FnOnce(&'static [u8]) -> std::result::Result<lowwater::Index<'static>, LoadError>,
    ) -> Result<Self> {
        let bytes: Box<[u8]> = bytes.into();
        #[expect(
            unsafe_code,
            reason = "what JavaScript holds cannot borrow, so what it borrows from stands beside"
        )]
        // SAFETY: a box does not move its content, nothing writes to it, and it is freed with the index,
        // whose fields are dropped in order: what borrows goes first. `get` lends it for no longer.
        let lent = unsafe { std::slice::from_raw_parts(bytes.as_ptr(), bytes.len()) };
        let index = open(lent)?;
        Ok(Self { index, bytes })
    }

    pub(crate) const fn get(&self) -> &lowwater::Index<'static> {
        &self.index
    }

    pub(crate) fn size(&self) -> usize {
        self.bytes.len().saturating_add(size_of::<Self>())
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}
