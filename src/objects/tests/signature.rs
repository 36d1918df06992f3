//! Signature Version 4 in the query, checked as a store does: from the request alone and the secret that both know.

use super::store::{KEY, SECRET};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Whether a request was signed by who may ask, lately.
pub(super) fn is_signed(method: &str, path: &str, query: &str, headers: &BTreeMap<String, String>) -> bool {
    // The parameters as they were sent: their encoding is part of what was signed.
    let mut sent: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let of = |name: &str| sent.iter().find(|(sent, _)| *sent == name).map(|(_, value)| value.replace("%2F", "/"));
    let Some(signature) = of("X-Amz-Signature") else { return false };
    let (Some(credential), Some(date), Some(expires)) = (of("X-Amz-Credential"), of("X-Amz-Date"), of("X-Amz-Expires"))
    else {
        return false;
    };
    let Some((key, scope)) = credential.split_once('/') else { return false };
    let signed_headers = of("X-Amz-SignedHeaders").unwrap_or_default().replace("%3B", ";");
    sent.retain(|(name, _)| *name != "X-Amz-Signature");
    sent.sort_unstable();
    let canonical_query = sent.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let canonical_headers: String = signed_headers
        .split(';')
        .map(|name| format!("{name}:{}\n", headers.get(name).map(String::as_str).unwrap_or_default()))
        .collect();
    let canonical =
        format!("{method}\n{path}\n{canonical_query}\n{canonical_headers}\n{signed_headers}\nUNSIGNED-PAYLOAD");
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let secret = format!("AWS4{SECRET}").into_bytes();
    let signing_key = scope.split('/').fold(secret, |key, part| keyed(&key, part.as_bytes()));
    let is_of_today = scope.split('/').next().is_some_and(|day| date.starts_with(day));
    let age = now() - seconds(&date);
    key == KEY
        && is_of_today
        && (0..=expires.parse().unwrap_or(0)).contains(&age)
        && hex(&keyed(&signing_key, to_sign.as_bytes())) == signature
}

fn keyed(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("later").as_secs() as i64
}

/// `20261127T024343Z` → seconds since 1970.
fn seconds(date: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| date[range].parse::<i64>().expect("digits");
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    // Years that begin in March have their odd day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    days * 86_400 + number(9..11) * 3_600 + number(11..13) * 60 + number(13..15)
}
