//! PNG and TIFF predictors (ISO 32000-2 §7.4.4.4), undone in place.
//!
//! A cut last row is kept and an unknown PNG row type is read as "none": damage costs a row, not the stream.

/// The geometry of predicted rows.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// Bytes in a row, without the PNG row type.
    row: usize,
    /// Bytes from a sample to the same component of the next pixel, at least 1.
    pixel: usize,
    /// Components of a pixel.
    colors: usize,
    /// Bits of a component.
    bits: usize,
}

impl Rows {
    /// `None` for parameters no row can have.
    pub fn new(columns: i64, colors: i64, bits: i64) -> Option<Rows> {
        if !matches!(bits, 1 | 2 | 4 | 8 | 16) || !(1..=256).contains(&colors) || columns < 1 {
            return None;
        }
        let (columns, colors, bits) =
            (usize::try_from(columns).ok()?, usize::try_from(colors).ok()?, usize::try_from(bits).ok()?);
        let row = columns.checked_mul(colors)?.checked_mul(bits)?.checked_add(7)? / 8;
        Some(Rows { row, pixel: (colors * bits).div_ceil(8), colors, bits })
    }

    /// Undoes the PNG predictors: every row starts with its type.
    pub fn undo_png(self, mut data: Vec<u8>) -> Vec<u8> {
        // A row longer than the data is the data's only row.
        let row = self.row.min(data.len().saturating_sub(1)).max(1);
        let mut read = 0;
        let mut written = 0;
        let mut above: Option<usize> = None;
        while read + 1 < data.len() {
            let row_type = data[read];
            let length = row.min(data.len() - read - 1);
            data.copy_within(read + 1..read + 1 + length, written);
            let (before, current) = data.split_at_mut(written);
            let above_row = above.map_or(&[][..], |start| &before[start..start + row]);
            undo_png_row(row_type, self.pixel, above_row, &mut current[..length]);
            above = Some(written);
            read += 1 + length;
            written += length;
        }
        data.truncate(written);
        data
    }

    /// Undoes TIFF predictor 2: every sample is the difference from the one left of it.
    pub fn undo_tiff(self, mut data: Vec<u8>) -> Vec<u8> {
        for row in data.chunks_mut(self.row) {
            match self.bits {
                8 => {
                    for index in self.colors..row.len() {
                        row[index] = row[index].wrapping_add(row[index - self.colors]);
                    }
                }
                16 => undo_tiff_16(row, self.colors),
                bits => undo_tiff_narrow(row, self.colors, bits),
            }
        }
        data
    }
}

/// `above` is empty for the first row, which counts as zeros.
fn undo_png_row(row_type: u8, pixel: usize, above: &[u8], row: &mut [u8]) {
    let up = |index: usize| above.get(index).copied().unwrap_or(0);
    match row_type {
        1 => {
            for index in pixel..row.len() {
                row[index] = row[index].wrapping_add(row[index - pixel]);
            }
        }
        2 => {
            for (byte, up) in row.iter_mut().zip(above) {
                *byte = byte.wrapping_add(*up);
            }
        }
        3 => {
            for index in 0..row.len() {
                let left = if index < pixel { 0 } else { row[index - pixel] };
                let average = (u16::from(left) + u16::from(up(index))) / 2;
                row[index] = row[index].wrapping_add(average as u8);
            }
        }
        4 => {
            for index in 0..row.len() {
                let (left, up_left) = if index < pixel { (0, 0) } else { (row[index - pixel], up(index - pixel)) };
                row[index] = row[index].wrapping_add(paeth(left, up(index), up_left));
            }
        }
        _ => {}
    }
}

/// The neighbour nearest to left + up − up-left (PNG specification §9.4).
fn paeth(left: u8, up: u8, up_left: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(up_left);
    let distance = |neighbour: u8| (estimate - i16::from(neighbour)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(up_left) {
        left
    } else if distance(up) <= distance(up_left) {
        up
    } else {
        up_left
    }
}

fn undo_tiff_16(row: &mut [u8], colors: usize) {
    let step = colors * 2;
    let mut index = step;
    while index + 1 < row.len() {
        let left = u16::from_be_bytes([row[index - step], row[index - step + 1]]);
        let sample = u16::from_be_bytes([row[index], row[index + 1]]).wrapping_add(left);
        row[index..index + 2].copy_from_slice(&sample.to_be_bytes());
        index += 2;
    }
}

/// Samples of 1, 2 or 4 bits, packed from the most significant bit.
fn undo_tiff_narrow(row: &mut [u8], colors: usize, bits: usize) {
    let mask = (1_u8 << bits) - 1;
    let per_byte = 8 / bits;
    let place = |sample: usize| (sample / per_byte, 8 - bits - sample % per_byte * bits);
    for sample in colors..row.len() * per_byte {
        let (left_byte, left_shift) = place(sample - colors);
        let (byte, shift) = place(sample);
        let left = row[left_byte] >> left_shift & mask;
        let value = (row[byte] >> shift & mask).wrapping_add(left) & mask;
        row[byte] = row[byte] & !(mask << shift) | value << shift;
    }
}
