//! Where pages are: their objects, boxes and turns as the reader of text sees them, so that pictures and quads agree.

use crate::pdf::Pdf;
use hayro::kurbo::Affine;

/// A page's object, and what is displayed of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Number and generation of the page's object.
    pub(super) object: (u32, u16),
    crop_box: [f32; 4],
    rotate: u16,
    user_unit: f32,
}

impl Place {
    /// The places of all pages, in order.
    pub(super) fn of_all(pdf: &Pdf) -> Vec<Option<Place>> {
        (0..pdf.page_count()).map(|index| Place::of(pdf, index)).collect()
    }

    fn of(pdf: &Pdf, index: u32) -> Option<Place> {
        let page = pdf.page(index)?;
        let object = pdf.page_object(index)?;
        Some(Place { object, crop_box: page.crop_box, rotate: page.rotate, user_unit: page.user_unit })
    }

    /// Displayed width and height in points.
    pub(super) fn size(&self) -> (f32, f32) {
        let [x0, y0, x1, y1] = self.crop_box;
        let (width, height) = ((x1 - x0) * self.user_unit, (y1 - y0) * self.user_unit);
        if self.rotate % 180 == 90 { (height, width) } else { (width, height) }
    }

    /// From user space to a picture of these sides, origin top left.
    pub(super) fn onto(&self, width: u16, height: u16) -> Affine {
        let [x0, y0, x1, y1] = self.crop_box.map(f64::from);
        // From user space to the unit square: left to right, top to bottom.
        let (across, down) = (1.0 / (x1 - x0), 1.0 / (y1 - y0));
        let upright = Affine::new([across, 0.0, 0.0, -down, -x0 * across, y1 * down]);
        let turn = match self.rotate {
            90 => Affine::new([0.0, 1.0, -1.0, 0.0, 1.0, 0.0]),
            180 => Affine::new([-1.0, 0.0, 0.0, -1.0, 1.0, 1.0]),
            270 => Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, 1.0]),
            _ => Affine::IDENTITY,
        };
        Affine::scale_non_uniform(f64::from(width), f64::from(height)) * turn * upright
    }
}
