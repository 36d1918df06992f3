//! Affine transformations as in ISO 32000-2 §8.3.3: row vectors, `[x y 1] × M`.

/// `[a b c d e f]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix {
    /// x → x
    pub a: f32,
    /// x → y
    pub b: f32,
    /// y → x
    pub c: f32,
    /// y → y
    pub d: f32,
    /// Translation in x.
    pub e: f32,
    /// Translation in y.
    pub f: f32,
}

impl Matrix {
    /// Changes nothing.
    pub const IDENTITY: Matrix = Matrix { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    /// From the six numbers of an operator or array.
    pub fn from_numbers([a, b, c, d, e, f]: [f32; 6]) -> Matrix {
        Matrix { a, b, c, d, e, f }
    }

    /// A translation.
    pub fn translation(x: f32, y: f32) -> Matrix {
        Matrix { e: x, f: y, ..Matrix::IDENTITY }
    }

    /// First `self`, then `next`.
    pub fn then(&self, next: &Matrix) -> Matrix {
        Matrix {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }

    /// Where a point goes.
    pub fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.a + y * self.c + self.e, x * self.b + y * self.d + self.f)
    }

    /// Where a distance goes.
    pub fn apply_vector(&self, x: f32, y: f32) -> (f32, f32) {
        (x * self.a + y * self.c, x * self.b + y * self.d)
    }

    /// Signed factor of areas.
    pub fn determinant(&self) -> f32 {
        self.a * self.d - self.b * self.c
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        [self.a, self.b, self.c, self.d, self.e, self.f].iter().all(|number| number.is_finite())
    }

    /// The smallest upright rectangle around a transformed rectangle `[x0, y0, x1, y1]`.
    pub fn bounds(&self, [x0, y0, x1, y1]: [f32; 4]) -> [f32; 4] {
        let corners = [self.apply(x0, y0), self.apply(x1, y0), self.apply(x0, y1), self.apply(x1, y1)];
        corners.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[left, top, right, bottom], &(x, y)| {
            [left.min(x), top.min(y), right.max(x), bottom.max(y)]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_multiplication_is_the_standards() {
        let scale = Matrix::from_numbers([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        let shift = Matrix::translation(10.0, 0.0);
        assert_eq!(scale.then(&shift).apply(1.0, 1.0), (12.0, 2.0));
        assert_eq!(shift.then(&scale).apply(1.0, 1.0), (22.0, 2.0));
    }

    #[test]
    fn bounds_of_a_quarter_turn() {
        let turn = Matrix::from_numbers([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]);
        assert_eq!(turn.bounds([0.0, 0.0, 2.0, 1.0]), [-1.0, 0.0, 0.0, 2.0]);
    }
}
