//! Keys and sets of keys.

use lowwater::{Algorithm, AwsLc, Backend};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PyString, PyTuple};

use crate::convert::{Given, bytes, elements, json, parsed, switch, text, texts, token};
use crate::error::{argument, mistake, mistake_in_keywords, rejected};
use crate::unpicklable;

/// What checks signatures: DESIGN.md says why.
const BACKEND: &dyn Backend = &AwsLc::new();

/// One key.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Key(lowwater::Key);

/// The keys that an API accepts tokens from.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct KeySet(pub(crate) lowwater::KeySet);

/// Proven bytes, and no more: no claim was read, no policy asked.
#[pyclass(frozen, module = "lowwater")]
pub(crate) struct Signed(pub(crate) lowwater::Signed);

/// What a file of keys holds: text or bytes as they are, a dict as JSON.
fn file(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u8>> {
    if value.is_instance_of::<PyString>() {
        text(value, name).map(|text| text.as_bytes().to_vec())
    } else if value.is_instance_of::<PyDict>() {
        json(value, name).map(String::into_bytes)
    } else if value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() {
        bytes(value, name)
    } else {
        let expected = "must be a KeySet, or one or several of: a Key, a dict (JWK or JWK Set), JSON or PEM \
                        text, bytes (JSON, PEM or DER)";
        Err(argument(name, expected))
    }
}

fn utf8(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    String::from_utf8(file(value, name)?).map_err(|_| argument(name, "must be UTF-8"))
}

/// A mistake in keys: a dict was never a text whose byte could be told.
fn mistake_in(value: &Bound<'_, PyAny>) -> fn(lowwater::ConfigError) -> PyErr {
    if value.is_instance_of::<PyDict>() { mistake_in_keywords } else { mistake }
}

/// The keys that a message is read by.
pub(crate) fn set<'a>(given: &'a Bound<'_, PyAny>) -> PyResult<&'a lowwater::KeySet> {
    let keys = given.cast::<KeySet>().map_err(|_| argument("keys", "must be a KeySet"))?;
    Ok(&keys.get().0)
}

/// Keys as they come: a set, a key, a file of keys, or a list of these.
pub(crate) fn given(value: &Bound<'_, PyAny>, short: bool) -> PyResult<lowwater::KeySet> {
    if let Ok(set) = value.cast::<KeySet>() {
        return Ok(set.get().0.clone());
    }
    let mut set = lowwater::KeySet::builder_with(BACKEND);
    if short {
        set = set.allow_short_secrets();
    }
    let listed = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let several = if listed { elements(value, "keys") } else { None };
    for one in several.unwrap_or_else(|| Ok(vec![value.clone()]))? {
        set = match one.cast::<Key>() {
            Ok(key) => set.key(key.get().0.clone()),
            Err(_) => set.read(&file(&one, "keys")?),
        }
        .map_err(mistake_in(&one))?;
    }
    set.build().map_err(mistake)
}

fn named(key: PyResult<lowwater::Key>, id: Given<'_>, algorithm: Given<'_>) -> PyResult<Key> {
    let mut key = key?;
    if let Some(id) = id.map(|id| text(id, "id").map(str::to_owned))? {
        key = key.with_id(&id).map_err(mistake)?;
    }
    if let Some(name) = algorithm.map(|name| text(name, "algorithm").map(str::to_owned))? {
        key = name.parse().and_then(|algorithm| key.with_algorithm(algorithm)).map_err(mistake)?;
    }
    Ok(Key(key))
}

#[pymethods]
impl Key {
    /// A shared secret for HMAC: at least 32 random bytes.
    #[staticmethod]
    #[pyo3(signature = (secret, *, id=Given::absent(), algorithm=Given::absent()), text_signature = "(secret, *, id=..., algorithm=...)")]
    fn from_secret(
        secret: &Bound<'_, PyAny>,
        id: Given<'_>,
        algorithm: Given<'_>,
    ) -> PyResult<Self> {
        named(lowwater::Key::from_secret(&bytes(secret, "secret")?).map_err(mistake), id, algorithm)
    }

    /// A shared secret of any length but zero: whoever holds one token can guess a short one.
    #[staticmethod]
    #[pyo3(signature = (secret, *, id=Given::absent(), algorithm=Given::absent()), text_signature = "(secret, *, id=..., algorithm=...)")]
    fn from_short_secret(
        secret: &Bound<'_, PyAny>,
        id: Given<'_>,
        algorithm: Given<'_>,
    ) -> PyResult<Self> {
        named(
            lowwater::Key::from_short_secret(&bytes(secret, "secret")?).map_err(mistake),
            id,
            algorithm,
        )
    }

    /// A public key in PEM.
    #[staticmethod]
    #[pyo3(signature = (pem, *, id=Given::absent(), algorithm=Given::absent()), text_signature = "(pem, *, id=..., algorithm=...)")]
    fn from_pem(pem: &Bound<'_, PyAny>, id: Given<'_>, algorithm: Given<'_>) -> PyResult<Self> {
        named(lowwater::Key::from_pem(&utf8(pem, "pem")?).map_err(mistake), id, algorithm)
    }

    /// A public key in DER.
    #[staticmethod]
    #[pyo3(signature = (der, *, id=Given::absent(), algorithm=Given::absent()), text_signature = "(der, *, id=..., algorithm=...)")]
    fn from_der(der: &Bound<'_, PyAny>, id: Given<'_>, algorithm: Given<'_>) -> PyResult<Self> {
        named(lowwater::Key::from_der(&bytes(der, "der")?).map_err(mistake), id, algorithm)
    }

    /// A JWK.
    #[staticmethod]
    #[pyo3(signature = (jwk, *, id=Given::absent(), algorithm=Given::absent()), text_signature = "(jwk, *, id=..., algorithm=...)")]
    fn from_jwk(jwk: &Bound<'_, PyAny>, id: Given<'_>, algorithm: Given<'_>) -> PyResult<Self> {
        let key = lowwater::Key::from_jwk(&utf8(jwk, "jwk")?).map_err(mistake_in(jwk));
        named(key, id, algorithm)
    }

    #[getter]
    fn id(&self) -> Option<&str> {
        self.0.id()
    }

    #[getter]
    fn algorithm(&self) -> Option<&'static str> {
        self.0.algorithm().map(Algorithm::name)
    }

    fn __repr__(&self) -> &'static str {
        "<lowwater.Key>"
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Key", "hand the key itself over")
    }
}

#[pymethods]
impl KeySet {
    #[new]
    #[pyo3(
        signature = (keys, *, allow_short_secret=Given::absent()),
        text_signature = "(keys, *, allow_short_secret=False)"
    )]
    fn new(keys: &Bound<'_, PyAny>, allow_short_secret: Given<'_>) -> PyResult<Self> {
        given(keys, switch(&allow_short_secret, "allow_short_secret")?).map(Self)
    }

    /// A JWK Set: a dict, or JSON.
    #[staticmethod]
    #[pyo3(
        signature = (jwks, *, allow_short_secret=Given::absent()),
        text_signature = "(jwks, *, allow_short_secret=False)"
    )]
    fn from_jwks(jwks: &Bound<'_, PyAny>, allow_short_secret: Given<'_>) -> PyResult<Self> {
        let mut set = lowwater::KeySet::builder_with(BACKEND);
        if switch(&allow_short_secret, "allow_short_secret")? {
            set = set.allow_short_secrets();
        }
        let set = set.jwks(&utf8(jwks, "jwks")?).and_then(lowwater::KeySetBuilder::build);
        set.map(Self).map_err(mistake_in(jwks))
    }

    /// The same keys, bound to an issuer: a token that one of them verifies must carry it.
    fn for_issuer(&self, issuer: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(self.0.clone().for_issuer(text(issuer, "issuer")?)))
    }

    /// The keys of both sets, this one's first.
    fn union(&self, other: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(self.0.union(&given(other, false)?)))
    }

    /// Checks shape, header and signature of any signed message, and stops there.
    fn verify(&self, token: &Bound<'_, PyAny>, algorithms: &Bound<'_, PyAny>) -> PyResult<Signed> {
        let token = self::token(token, "token")?;
        let names = texts(algorithms, "algorithms")?;
        let allowed = names.iter().map(|name| name.parse::<Algorithm>().map_err(mistake));
        let allowed = allowed.collect::<PyResult<Vec<_>>>()?;
        if allowed.is_empty() {
            return Err(argument("algorithms", "must name one"));
        }
        self.0.verify(&token, allowed).map(Signed).map_err(|no| rejected(&no))
    }

    /// The names of the keys: kid, or the thumbprint of a key without one.
    #[getter]
    fn key_ids(&self) -> Vec<&str> {
        self.0.key_ids().collect()
    }

    /// The keys that cannot be used, with reasons.
    #[getter]
    fn skipped<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let all = self.0.skipped().iter().map(lowwater::SkippedKey::to_json).collect::<Vec<_>>();
        parsed(py, &format!("[{}]", all.join(",")))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.KeySet of {}>", self.0.len())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A KeySet", "hand the keys themselves over")
    }
}

#[pymethods]
impl Signed {
    /// The payload, as it was signed.
    #[getter]
    fn payload<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.payload())
    }

    /// The header as JSON, as it was sent.
    #[getter]
    fn header_json(&self) -> &str {
        self.0.header_json()
    }

    /// The header.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        parsed(py, self.0.header_json())
    }

    #[getter]
    fn algorithm(&self) -> &'static str {
        self.0.algorithm().name()
    }

    #[getter]
    fn key_id(&self) -> &str {
        self.0.key_id()
    }

    fn __repr__(&self) -> String {
        format!("<lowwater.Signed {}>", self.0.algorithm())
    }

    fn __reduce__(&self) -> PyResult<()> {
        unpicklable("A Signed message", "hand its payload over")
    }
}
