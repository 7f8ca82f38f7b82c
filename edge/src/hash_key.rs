//! Random bytes for the hash of targets.

/// Sixteen bytes that nobody outside the process can know.
///
/// `RandomState` is a SipHash with a secret of 128 bits, which `std` takes from the system's random
/// source; its own maps stand against chosen keys with it. Two hashes under that secret are bytes that
/// cannot be told from random ones without it, and what is keyed with them is a hash table of the same
/// kind, so another source of randomness would protect no more.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn random() -> [u8; 16] {
    use std::hash::{BuildHasher as _, RandomState};

    let secret = RandomState::new();
    let halves = [secret.hash_one(0_u8), secret.hash_one(1_u8)].map(u64::to_le_bytes);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(halves.as_flattened()).for_each(|(slot, byte)| *slot = *byte);
    bytes
}

/// Sixteen bytes of the host's random source: `RandomState` has a constant secret here.
///
/// A host without one (no `crypto.getRandomValues`) leaves zeros: chosen keys can then make the table
/// slow, and never wrong.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    match getrandom::getrandom(&mut bytes) {
        Ok(()) => bytes,
        Err(_) => [0; 16],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_keys_are_equal_nor_are_their_halves() {
        let keys: std::collections::HashSet<[u8; 16]> = (0..1000).map(|_| random()).collect();
        assert_eq!(keys.len(), 1000);
        assert!(keys.iter().all(|key| key[..8] != key[8..]));
    }
}
