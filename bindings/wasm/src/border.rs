//! What crosses the border in both directions: mistakes, times, and what is made or refused.

use lowwater_javascript::OrRejection;
use wasm_bindgen::JsValue;

/// `Err` is thrown.
#[cfg(feature = "validation")]
pub(crate) type Result<T> = std::result::Result<T, JsValue>;

/// A mistake, as it is thrown: an error with its `code`.
#[cfg(feature = "validation")]
pub(crate) fn thrown(mistake: lowwater_javascript::Mistake) -> JsValue {
    let error = js_sys::Error::new(&mistake.message);
    // An error that was just made takes any member.
    let _always = js_sys::Reflect::set(&error, &"code".into(), &mistake.code.into());
    error.into()
}

/// What was made, or the JSON of a rejection.
pub(crate) fn made<T: Into<JsValue>>(made: OrRejection<T>) -> JsValue {
    match made {
        Ok(made) => made.into(),
        Err(json) => json.into(),
    }
}

/// An object of these members.
#[cfg(feature = "issuers")]
pub(crate) fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in members {
        // An object that was just made takes any member.
        let _always = js_sys::Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// Milliseconds as the core counts them. What is no number is 0, what is too great the greatest.
#[cfg(feature = "validation")]
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "it saturates")]
pub(crate) const fn millis(number: f64) -> i64 {
    number as i64
}

/// Milliseconds as JavaScript counts them.
#[cfg(feature = "validation")]
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "below 2^53")]
pub(crate) const fn number(millis: i64) -> f64 {
    millis as f64
}
