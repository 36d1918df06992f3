//! Pixels, and the two formats they leave in.

use serde::{Deserialize, Serialize};

/// What a pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shades {
    /// One byte: 0 black, 255 white.
    Grey,
    /// Three bytes: red, green, blue.
    Colour,
}

impl Shades {
    /// Bytes of a pixel.
    pub fn bytes(self) -> u64 {
        match self {
            Shades::Grey => 1,
            Shades::Colour => 3,
        }
    }
}

/// The picture of a page.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    shades: Shades,
    pixels: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} × {}, {:?})", self.width, self.height, self.shades)
    }
}

/// Pixels this much darker than the page are ink.
const INK: u8 = 48;
/// A page with less ink than this share of its pixels is blank: half a letter, or the specks of a scanner.
const BLANK_SHARE: f64 = 0.000_03;

impl Picture {
    /// A picture of these pixels, row by row from the top, if there are as many as the sides say.
    pub fn new(width: u32, height: u32, shades: Shades, pixels: Vec<u8>) -> Option<Picture> {
        let length = u64::from(width).checked_mul(u64::from(height))?.checked_mul(shades.bytes())?;
        (length > 0 && length == pixels.len() as u64).then_some(Picture { width, height, shades, pixels })
    }

    /// Of opaque pixels of four bytes: grey if there is no colour in them, or none is wanted.
    pub(super) fn of_rgba(width: u16, height: u16, rgba: &[u8], in_colour: bool) -> Option<Picture> {
        let (pixels, _) = rgba.as_chunks::<4>();
        let is_coloured = in_colour && pixels.iter().any(|[red, green, blue, _]| red != green || green != blue);
        let (shades, pixels) = if is_coloured {
            (Shades::Colour, pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect())
        } else {
            (Shades::Grey, pixels.iter().map(luma).collect())
        };
        Picture::new(u32::from(width), u32::from(height), shades, pixels)
    }

    /// Pixels from left to right.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What its pixels are made of.
    pub fn shades(&self) -> Shades {
        self.shades
    }

    /// Its bytes, row by row from the top.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Whether there is nothing on it that could be read: no ink, or a few specks.
    pub fn is_blank(&self) -> bool {
        let mut counts = [0_u64; 256];
        for pixel in self.pixels.chunks_exact(self.shades.bytes() as usize) {
            let shade = pixel.iter().map(|byte| u32::from(*byte)).sum::<u32>() / pixel.len() as u32;
            counts[shade as usize & 255] += 1;
        }
        let ground = (0..256).max_by_key(|shade| counts[*shade]).unwrap_or(255);
        let is_ink = |shade: usize| shade.abs_diff(ground) > usize::from(INK);
        let ink: u64 = (0..256).filter(|shade| is_ink(*shade)).map(|shade| counts[shade]).sum();
        ink as f64 <= BLANK_SHARE * f64::from(self.width) * f64::from(self.height)
    }

    /// As PNG, packed fast rather than tight.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(match self.shades {
            Shades::Grey => png::ColorType::Grayscale,
            Shades::Colour => png::ColorType::Rgb,
        });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// What stands before the pixels in a portable any-map, the plainest of formats.
    pub fn pnm_header(&self) -> String {
        let kind = match self.shades {
            Shades::Grey => 5,
            Shades::Colour => 6,
        };
        format!("P{kind}\n{} {}\n255\n", self.width, self.height)
    }
}

/// Brightness as the eye weighs the colours.
fn luma([red, green, blue, _]: &[u8; 4]) -> u8 {
    let [red, green, blue] = [red, green, blue].map(|shade| u32::from(*shade));
    u8::try_from((red * 299 + green * 587 + blue * 114) / 1_000).unwrap_or(u8::MAX)
}
