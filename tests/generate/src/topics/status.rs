//! Status lists: what a token's entry says of it, and which lists are taken.

mod decisions;
mod messages;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::format::{Time, Topic, raw};
use crate::keys;
use crate::payload::{ISSUER, NOW, Payload, quoted};
use crate::sign::encode;

/// Where the lists of the tests lie.
const URI: &str = "https://issuer.example/lists/1";
/// The draft's own list of one bit: b9 a3.
const ONE: &str = "eNrbuRgAAhcBXQ";
/// Its list of two bits: c9 44 f9.
const TWO: &str = "eNo76fITAAPfAgc";
/// Its list of 2^20 entries of one bit.
const LONG: &str = "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb";

/// Lists beside the rules of a test, and how they are read.
#[derive(Serialize)]
pub(crate) struct Lists {
    config: Box<RawValue>,
    lists: Vec<List>,
}

/// The token of a list, taken in for this address as fetched at that time.
#[derive(Serialize)]
struct List {
    uri: String,
    token: String,
    fetched: Time,
}

impl Lists {
    /// By this configuration, none yet.
    fn by(config: String) -> Self {
        Self { config: raw(config), lists: Vec::new() }
    }

    fn and(mut self, uri: &str, token: String, fetched: i64) -> Self {
        self.lists.push(List { uri: uri.into(), token, fetched: Time(fetched) });
        self
    }
}

/// The usual configuration; `more` are members as JSON text, comma first.
fn config(more: &str) -> String {
    format!(
        r#"{{"issuer":"{ISSUER}","lists":["https://issuer.example/lists/"],"algorithms":["EdDSA"]{more}}}"#
    )
}

/// The claims of a list that was issued now.
fn claims(bits: u8, lst: &str) -> Payload {
    let list = format!(r#"{{"bits":{bits},"lst":{}}}"#, quoted(lst));
    Payload::empty().text("sub", URI).time("iat", NOW).with("status_list", list)
}

const HEADER: &str = r#"{"alg":"EdDSA","kid":"k","typ":"statuslist+jwt"}"#;

fn signed(claims: &Payload) -> String {
    keys::signed(HEADER, claims.to_string())
}

/// A zlib stream of bytes that are not compressed (RFC 1951 section 3.2.4), behind this header.
fn stream(header: [u8; 2], bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("one block");
    let block = [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes].concat();
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    [&header[..], &block, &(high << 16 | low).to_be_bytes()].concat()
}

/// The text of a list of these bytes.
fn lst(bytes: &[u8]) -> String {
    encode(stream([0x78, 0x01], bytes))
}

pub(crate) fn topic() -> Topic {
    let mut topic = super::with_main(
        "Status lists (draft-ietf-oauth-status-list). Tests: `config` and `lists` are handed in beside the rules; a list that \
         is not taken is not there. Messages: one list, read for its address.",
    );
    decisions::add(&mut topic);
    messages::add(&mut topic);
    topic
}
