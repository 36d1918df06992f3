//! Passwords: what one must be like, and how it is kept (Argon2id, 19 MiB, two passes: OWASP's first choice for one
//! lane). Each hash takes this memory and some 30 ms, so that whoever calls this bounds how many are made at once.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

/// Characters of a password: fewest.
pub const PASSWORD_SHORTEST: usize = 12;
/// Bytes of a password: most.
pub const PASSWORD_LONGEST: usize = 1_024;

/// Memory of a hash in KiB.
const MEMORY: u32 = 19_456;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes at once.
const LANES: u32 = 1;

/// A hash of nobody's password, for names that nobody has: it takes as long as any other to find out.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5c3Bhc3N3b3Jk$uQGk2cEw1uYPy3Y7cTQ8bUuYzS0wY2m2y7Yq3bq4nL0";

/// Why a password cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {PASSWORD_SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {PASSWORD_LONGEST} bytes")]
    Long,
    /// The system has no memory or no random bytes for it.
    #[error("the password could not be hashed")]
    Hash,
}

/// Whether a password may be chosen: long enough, whatever it is made of.
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    if password.chars().count() < PASSWORD_SHORTEST {
        return Err(PasswordError::Short);
    }
    if password.len() > PASSWORD_LONGEST { Err(PasswordError::Long) } else { Ok(()) }
}

/// The hash of a password in PHC form.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    check_password(password)?;
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| PasswordError::Hash)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password(normal(password).as_bytes()).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// Whether a hash is of this password; takes as long without a hash, and then never is.
pub fn is_password(password: &str, hash: Option<&str>) -> bool {
    // What nobody can have chosen costs no more to hash than what somebody has.
    let end = password.floor_char_boundary(PASSWORD_LONGEST);
    let given = normal(&password[..end]);
    let is_right = Argon2::default().verify_password(given.as_bytes(), hash.unwrap_or(NOBODYS)).is_ok();
    is_right && hash.is_some() && end == password.len()
}

/// The same characters are the same bytes, however a keyboard composes them.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_its_own_hash_and_no_other() {
        let hash = hash_password("Zoë rides at dawn").expect("memory");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && !hash.contains("dawn"), "{hash}");
        assert_ne!(hash, hash_password("Zoë rides at dawn").expect("memory"), "salted");
        assert!(is_password("Zoë rides at dawn", Some(&hash)));
        assert!(is_password("Zoe\u{308} rides at dawn", Some(&hash)), "composed otherwise");
        for other in ["Zoë rides at Dawn", "", "Zoë rides at dawn ", &"x".repeat(5_000)] {
            assert!(!is_password(other, Some(&hash)) && !is_password(other, None), "{other}");
        }
        assert!(!is_password("Zoë rides at dawn", Some("no hash")));
        let longest = "x".repeat(PASSWORD_LONGEST);
        let hash = hash_password(&longest).expect("memory");
        assert!(is_password(&longest, Some(&hash)) && !is_password(&format!("{longest}x"), Some(&hash)));
    }

    #[test]
    fn nobodys_hash_costs_what_anybodys_does() {
        use argon2::password_hash::phc::PasswordHash;
        let cost = |hash: &str| {
            let hash = PasswordHash::new(hash).expect("PHC");
            let length = |output: &argon2::password_hash::phc::Output| output.len();
            (Params::try_from(&hash).expect("parameters"), hash.algorithm.to_string(), hash.hash.as_ref().map(length))
        };
        assert_eq!(cost(NOBODYS), cost(&hash_password("twelve characters").expect("memory")));
    }

    #[test]
    fn length_is_all_that_counts() {
        for (password, wanted) in [
            ("aaaaaaaaaaaa", Ok(())),
            ("pass phrase of words", Ok(())),
            ("😀😀😀😀😀😀😀😀😀😀😀😀", Ok(())),
            ("elevenchars", Err(PasswordError::Short)),
            ("", Err(PasswordError::Short)),
        ] {
            assert_eq!(check_password(password), wanted, "{password}");
        }
        assert_eq!(check_password(&"x".repeat(1_024)), Ok(()));
        assert_eq!(check_password(&"x".repeat(1_025)), Err(PasswordError::Long));
    }
}
