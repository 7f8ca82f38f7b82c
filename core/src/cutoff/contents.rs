//! What stands at the beginning of an index: its dimensions and its shapes. The layout stands in `index`.

use alloc::boxed::Box;

use super::dimension::{Dimension, MAX_DIMENSIONS, Shape};
use super::encoding::Bytes;
use super::hashing::HashKey;
use super::line::{LINE, Layout, Line};
use super::sealed;
use super::summary::Names;

/// So many dimensions and shapes are read when an index is opened; of an index that has more the others
/// are read for each token.
pub(super) const READ_AHEAD: usize = 12;
/// Bytes of one shape.
pub(super) const DESCRIBED: usize = 144;

/// The dimensions and shapes of an index.
#[derive(Clone)]
pub(super) struct Contents<'b> {
    dimensions: [Option<Dimension<&'b str>>; READ_AHEAD],
    more_dimensions: Bytes<'b>,
    shapes: [Option<Described<'b>>; READ_AHEAD],
    more_shapes: &'b [[u8; DESCRIBED]],
    bytes: &'b [u8],
}

/// One shape.
#[derive(Clone, Copy)]
pub(super) struct Described<'b> {
    places: [u32; MAX_DIMENSIONS],
    length: usize,
    pub(super) names: Names,
    pub(super) targets: u64,
    pub(super) layout: Layout,
    lines: &'b [[u8; LINE]],
    pub(super) keys: &'b [u8],
    pub(super) elsewhere: &'b [u8],
    number: u64,
}

impl<'b> Contents<'b> {
    /// Reads dimensions and shapes, all of them once, so that asking never meets one that makes no sense.
    pub(super) fn read(
        mut header: Bytes<'b>,
        bytes: &'b [u8],
        dimensions: u64,
        shapes: u64,
    ) -> Option<Self> {
        let mut contents = Self {
            dimensions: [None; READ_AHEAD],
            more_dimensions: Bytes(&[]),
            shapes: [None; READ_AHEAD],
            more_shapes: &[],
            bytes,
        };
        let mut more = header;
        for number in 0..dimensions {
            let dimension = Dimension::read(&mut header)?;
            let slot = usize::try_from(number).ok().and_then(|at| contents.dimensions.get_mut(at));
            if let Some(slot) = slot {
                *slot = Some(dimension);
                more = header;
            }
        }
        let length = more.0.len().checked_sub(header.0.len())?;
        contents.more_dimensions = Bytes(more.0.get(..length)?);
        let (all, rest) = header.0.as_chunks::<DESCRIBED>();
        if !rest.is_empty() || u64::try_from(all.len()) != Ok(shapes) {
            return None;
        }
        contents.more_shapes = all.get(READ_AHEAD..).unwrap_or_default();
        for (described, number) in all.iter().zip(0_u64..) {
            let described = contents.describe(described, number)?;
            if described.places().iter().any(|place| u64::from(*place) >= dimensions) {
                return None;
            }
            let slot = usize::try_from(number).ok().and_then(|at| contents.shapes.get_mut(at));
            slot.into_iter().for_each(|slot| *slot = Some(described));
        }
        Some(contents)
    }

    #[inline]
    pub(super) fn dimensions(&self) -> impl Iterator<Item = Dimension<&'b str>> + use<'_, 'b> {
        let mut more = self.more_dimensions;
        let more = core::iter::from_fn(move || Dimension::read(&mut more));
        self.dimensions.iter().map_while(|dimension| *dimension).chain(more)
    }

    /// The shapes that were read when the index was opened.
    #[inline]
    pub(super) fn read_ahead(&self) -> impl Iterator<Item = &Described<'b>> {
        self.shapes.iter().map_while(Option::as_ref)
    }

    /// The others. Each could be read when the index was opened.
    pub(super) fn others(&self) -> impl Iterator<Item = Described<'b>> + use<'_, 'b> {
        let first = u64::try_from(READ_AHEAD).unwrap_or(0);
        let others = self.more_shapes.iter().zip(first..);
        others.filter_map(|(described, number)| self.describe(described, number))
    }

    pub(super) fn shapes(&self) -> impl Iterator<Item = Described<'b>> + use<'_, 'b> {
        self.read_ahead().copied().chain(self.others())
    }

    /// The dimensions of a shape: for an explanation.
    pub(super) fn shape(&self, described: &Described<'b>) -> Box<Shape> {
        let place = |place: &u32| usize::try_from(*place).unwrap_or(usize::MAX);
        let named = described.places().iter().filter_map(|at| self.dimensions().nth(place(at)));
        named.map(Dimension::owned).collect()
    }

    fn describe(&self, described: &'b [u8; DESCRIBED], number: u64) -> Option<Described<'b>> {
        let mut rest = Bytes(described);
        let mut word = || rest.array().map(u32::from_le_bytes);
        let length = usize::try_from(word()?).ok()?;
        let mut places = [0; MAX_DIMENSIONS];
        for place in &mut places {
            *place = word()?;
        }
        let names = Names::from_bits(word()?)?;
        let (targets, lines, reach) = (rest.u64()?, rest.u64()?, rest.u64()?);
        let layout = Layout::new(lines, reach, rest.i64()?);
        let place = rest.u64()?;
        // Behind the last line that hashes lead to lie as many as the farthest reach.
        let all = usize::try_from(lines.checked_add(reach)?).ok()?;
        let bytes = u64::try_from(all.checked_mul(LINE)?).ok()?;
        let (lines_area, _) = self.area(place, bytes)?.as_chunks();
        let keys = self.area(rest.u64()?, rest.u64()?)?;
        let elsewhere = self.area(rest.u64()?, rest.u64()?)?;
        places.get(..length)?;
        let lines = (layout.lines > 0).then_some(lines_area)?;
        Some(Described { places, length, names, targets, layout, lines, keys, elsewhere, number })
    }

    fn area(&self, place: u64, length: u64) -> Option<&'b [u8]> {
        let place = usize::try_from(place).ok()?;
        self.bytes.get(place..place.checked_add(usize::try_from(length).ok()?)?)
    }
}

impl<'b> Described<'b> {
    #[inline]
    pub(super) fn places(&self) -> &[u32] {
        self.places.get(..self.length).unwrap_or_default()
    }

    /// What tells the areas of all shapes apart.
    pub(super) const fn areas(&self) -> [u64; 2] {
        let first = self.number.wrapping_mul(2);
        [first, first.wrapping_add(1)]
    }

    #[inline]
    pub(super) fn line(&self, place: u64) -> Option<Line<'b>> {
        self.lines.get(usize::try_from(place).ok()?).map(Line)
    }

    pub(super) fn is_sound(&self, key: &HashKey) -> bool {
        let lines = self.lines.iter().zip(0..);
        let lines = lines.map(|(line, place)| Line(line).is_sound(place, key));
        let areas = [self.keys, self.elsewhere].into_iter().zip(self.areas());
        let areas = areas.map(|(area, number)| sealed::all_sound(area, number, key));
        lines.chain(areas).all(|sound| sound)
    }
}
