//! Of ring what the core and its tests name. SHA-256 and HMAC are those of RustCrypto; who asks for another
//! signature is told that it is none, and who wants to make one stops: such tests are left out under Miri.
#![allow(missing_docs, clippy::unimplemented, reason = "the names are ring's")]

pub mod error {
    #[derive(Clone, Copy, Debug)]
    pub struct Unspecified;
    #[derive(Clone, Copy, Debug)]
    pub struct KeyRejected;
}

pub mod digest {
    use sha2::Digest as _;

    pub struct Algorithm;
    pub static SHA256: Algorithm = Algorithm;
    pub struct Digest([u8; 32]);

    pub fn digest(_: &'static Algorithm, data: &[u8]) -> Digest {
        Digest(sha2::Sha256::digest(data).into())
    }

    impl AsRef<[u8]> for Digest {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
}

pub mod hmac {
    use hmac::{Hmac, Mac as _};

    #[derive(Clone, Copy)]
    pub enum Algorithm {
        Sha256,
        Sha384,
        Sha512,
    }
    pub const HMAC_SHA256: Algorithm = Algorithm::Sha256;
    pub const HMAC_SHA384: Algorithm = Algorithm::Sha384;
    pub const HMAC_SHA512: Algorithm = Algorithm::Sha512;

    pub struct Key(Algorithm, Vec<u8>);
    pub struct Tag(Vec<u8>);

    impl Key {
        pub fn new(algorithm: Algorithm, secret: &[u8]) -> Self {
            Self(algorithm, secret.to_vec())
        }
    }

    impl AsRef<[u8]> for Tag {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    macro_rules! mac {
        ($hash:ty, $key:expr, $message:expr) => {{
            let mut mac = Hmac::<$hash>::new_from_slice($key).expect("of any length");
            mac.update($message);
            mac.finalize().into_bytes().to_vec()
        }};
    }

    pub fn sign(key: &Key, message: &[u8]) -> Tag {
        Tag(match key.0 {
            Algorithm::Sha256 => mac!(sha2::Sha256, &key.1, message),
            Algorithm::Sha384 => mac!(sha2::Sha384, &key.1, message),
            Algorithm::Sha512 => mac!(sha2::Sha512, &key.1, message),
        })
    }

    pub fn verify(key: &Key, message: &[u8], tag: &[u8]) -> Result<(), super::error::Unspecified> {
        if sign(key, message).0 == tag { Ok(()) } else { Err(super::error::Unspecified) }
    }
}

pub mod rand {
    #[derive(Default)]
    pub struct SystemRandom;
    pub trait SecureRandom {}
    impl SecureRandom for SystemRandom {}

    impl SystemRandom {
        pub fn new() -> Self {
            Self
        }
    }
}

pub mod rsa {
    pub struct PublicKeyComponents<B> {
        pub n: B,
        pub e: B,
    }

    impl From<&super::signature::RsaPublicKey> for PublicKeyComponents<Vec<u8>> {
        fn from(_: &super::signature::RsaPublicKey) -> Self {
            unimplemented!("RSA under Miri")
        }
    }
}

pub mod signature {
    use super::error::{KeyRejected, Unspecified};
    use super::rand::SecureRandom;

    /// A signature, a public or an encoded private key.
    pub struct Octets(Vec<u8>);

    impl AsRef<[u8]> for Octets {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    pub trait VerificationAlgorithm: Sync {}
    pub struct Verification;
    impl VerificationAlgorithm for Verification {}
    pub struct RsaParameters;
    pub trait RsaEncoding {}
    pub struct Padding;
    impl RsaEncoding for Padding {}
    pub struct Curve;

    pub static ECDSA_P256_SHA256_FIXED: Verification = Verification;
    pub static ECDSA_P384_SHA384_FIXED: Verification = Verification;
    pub static ED25519: Verification = Verification;
    pub static ECDSA_P256_SHA256_FIXED_SIGNING: Curve = Curve;
    pub static ECDSA_P384_SHA384_FIXED_SIGNING: Curve = Curve;
    pub static RSA_PKCS1_2048_8192_SHA256: RsaParameters = RsaParameters;
    pub static RSA_PKCS1_2048_8192_SHA384: RsaParameters = RsaParameters;
    pub static RSA_PKCS1_2048_8192_SHA512: RsaParameters = RsaParameters;
    pub static RSA_PSS_2048_8192_SHA256: RsaParameters = RsaParameters;
    pub static RSA_PSS_2048_8192_SHA384: RsaParameters = RsaParameters;
    pub static RSA_PSS_2048_8192_SHA512: RsaParameters = RsaParameters;
    pub static RSA_PKCS1_SHA256: Padding = Padding;
    pub static RSA_PKCS1_SHA384: Padding = Padding;
    pub static RSA_PKCS1_SHA512: Padding = Padding;
    pub static RSA_PSS_SHA256: Padding = Padding;
    pub static RSA_PSS_SHA384: Padding = Padding;
    pub static RSA_PSS_SHA512: Padding = Padding;

    pub struct RsaPublicKeyComponents<B> {
        pub n: B,
        pub e: B,
    }

    impl<B> RsaPublicKeyComponents<B> {
        pub fn verify(&self, _: &RsaParameters, _: &[u8], _: &[u8]) -> Result<(), Unspecified> {
            Err(Unspecified)
        }
    }

    pub struct UnparsedPublicKey<B>(B);

    impl<B> UnparsedPublicKey<B> {
        pub fn new(_: &'static dyn VerificationAlgorithm, bytes: B) -> Self {
            Self(bytes)
        }
        pub fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), Unspecified> {
            Err(Unspecified)
        }
    }

    pub trait KeyPair {
        type PublicKey: AsRef<[u8]>;
        fn public_key(&self) -> &Self::PublicKey;
    }

    pub struct EcdsaKeyPair(Octets);
    pub struct Ed25519KeyPair(Octets);
    pub struct RsaKeyPair(RsaPublicKey);
    pub struct RsaPublicKey(Vec<u8>);

    impl KeyPair for EcdsaKeyPair {
        type PublicKey = Octets;
        fn public_key(&self) -> &Octets {
            &self.0
        }
    }

    impl KeyPair for Ed25519KeyPair {
        type PublicKey = Octets;
        fn public_key(&self) -> &Octets {
            &self.0
        }
    }

    impl EcdsaKeyPair {
        pub fn generate_pkcs8(_: &Curve, _: &dyn SecureRandom) -> Result<Octets, Unspecified> {
            unimplemented!("ECDSA under Miri")
        }
        pub fn from_pkcs8(_: &Curve, _: &[u8], _: &dyn SecureRandom) -> Result<Self, KeyRejected> {
            unimplemented!("ECDSA under Miri")
        }
        pub fn sign(&self, _: &dyn SecureRandom, _: &[u8]) -> Result<Octets, Unspecified> {
            unimplemented!("ECDSA under Miri")
        }
    }

    impl Ed25519KeyPair {
        pub fn from_seed_unchecked(_: &[u8]) -> Result<Self, KeyRejected> {
            unimplemented!("Ed25519 under Miri")
        }
        pub fn sign(&self, _: &[u8]) -> Octets {
            unimplemented!("Ed25519 under Miri")
        }
    }

    impl RsaKeyPair {
        pub fn from_pkcs8(_: &[u8]) -> Result<Self, KeyRejected> {
            unimplemented!("RSA under Miri")
        }
        pub fn public(&self) -> &RsaPublicKey {
            &self.0
        }
        pub fn sign(
            &self,
            _: &dyn RsaEncoding,
            _: &dyn SecureRandom,
            _: &[u8],
            _: &mut [u8],
        ) -> Result<(), Unspecified> {
            unimplemented!("RSA under Miri")
        }
    }

    impl RsaPublicKey {
        pub fn modulus_len(&self) -> usize {
            self.0.len()
        }
    }
}
