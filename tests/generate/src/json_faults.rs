//! Texts that are almost the JSON object they should be. Header and payload share them.

/// The end of an id, the bytes, and why they are refused.
pub(crate) type Fault = (&'static str, Vec<u8>, &'static str);

/// `members` are those of a good object, without the braces.
pub(crate) fn faults(members: &str) -> Vec<Fault> {
    let with = |more: &str| format!("{{{members},{more}}}").into_bytes();
    let bytes = |more: &[u8]| [b"{", members.as_bytes(), b",\"x\":\"", more, b"\"}"].concat();
    let text = |text: String| text.into_bytes();
    vec![
        ("array", text(format!("[{{{members}}}]")), "an array is no object"),
        ("null", text("null".into()), "null is no object"),
        ("number", text("1".into()), "a number is no object"),
        ("string", text("\"x\"".into()), "a string is no object"),
        ("open", text(format!("{{{members}")), "the object is not closed"),
        ("trailing-text", text(format!("{{{members}}}x")), "text after the object"),
        ("second-object", text(format!("{{{members}}}{{}}")), "two objects are not one"),
        ("trailing-nul", text(format!("{{{members}}}\0")), "NUL is no white space (RFC 8259)"),
        ("form-feed", text(format!("\x0c{{{members}}}")), "form feed is no white space of JSON"),
        ("no-break-space", text(format!("\u{a0}{{{members}}}")), "nor is U+00A0"),
        (
            "byte-order-mark",
            text(format!("\u{feff}{{{members}}}")),
            "RFC 8259 section 8.1 forbids a byte order mark",
        ),
        ("trailing-comma", text(format!("{{{members},}}")), "no comma after the last member"),
        ("comment", text(format!("{{{members}/**/}}")), "JSON has no comments"),
        ("single-quotes", with("'x':1"), "JSON has one kind of quotes"),
        ("name-without-quotes", with("x:1"), "names have quotes"),
        ("name-is-no-string", with("1:1"), "names are strings"),
        ("no-value", with("\"x\":"), "a member has a value"),
        ("no-colon", with("\"x\" 1"), "a member has a colon"),
        ("two-commas", text(format!("{{{members},,\"x\":1}}")), "nothing between two commas"),
        ("nan", with("\"x\":NaN"), "NaN is no JSON"),
        ("infinity", with("\"x\":Infinity"), "Infinity is no JSON"),
        ("true-in-upper-case", with("\"x\":True"), "literals are lower case"),
        ("leading-zero", with("\"x\":01"), "numbers have no leading zeros"),
        ("plus", with("\"x\":+1"), "numbers have no plus sign"),
        ("bare-fraction", with("\"x\":.5"), "a fraction needs a digit before the point"),
        ("bare-point", with("\"x\":1."), "and one after it"),
        ("hexadecimal", with("\"x\":0x10"), "numbers are decimal"),
        ("bare-exponent", with("\"x\":1e"), "an exponent has digits"),
        ("two-minuses", with("\"x\":--1"), "one minus sign"),
        ("raw-line-feed", with("\"x\":\"a\nb\""), "control characters are escaped in strings"),
        ("raw-nul", with("\"x\":\"a\0b\""), "NUL too"),
        ("hex-escape", with(r#""x":"\x41""#), "no such escape"),
        ("short-escape", with(r#""x":"\u004""#), "an escape has four digits"),
        ("brace-escape", with(r#""x":"\u{41}""#), "not the escape of another language"),
        ("lone-high-surrogate", with(r#""x":"\ud800""#), "surrogate escapes come in pairs"),
        ("lone-low-surrogate", with(r#""x":"\udc00""#), "the low half alone"),
        ("surrogates-reversed", with(r#""x":"\udc00\ud800""#), "the low half first"),
        ("surrogates-apart", with(r#""x":"\ud800x\udc00""#), "text between the halves"),
        ("lone-surrogate-in-name", with(r#""\ud800":1"#), "names are strings like others"),
        ("byte-ff", bytes(b"\xff"), "0xff is in no UTF-8"),
        ("truncated-utf8", bytes(b"\xc3"), "a sequence cut short"),
        ("stray-continuation", bytes(b"\x80"), "a continuation without a beginning"),
        ("overlong-nul", bytes(b"\xc0\x80"), "overlong forms are no UTF-8 (RFC 3629 section 3)"),
        ("overlong-slash", bytes(b"\xe0\x80\xaf"), "overlong in three bytes"),
        ("utf8-surrogate", bytes(b"\xed\xa0\x80"), "a surrogate is no scalar value"),
        ("beyond-unicode", bytes(b"\xf4\x90\x80\x80"), "above U+10FFFF"),
        (
            "utf16",
            format!("{{{members}}}").bytes().flat_map(|byte| [byte, 0]).collect(),
            "UTF-16 is not UTF-8",
        ),
        ("depth-33", text(nested(members, 33, '[')), "33 open arrays and objects: 32 pass"),
        ("depth-33-objects", text(nested(members, 33, '{')), "objects count as arrays do"),
        ("depth-5000", text(nested(members, 5000, '[')), "no recursion to the end of the stack"),
        ("depth-without-end", text("[".repeat(9000)), "opened and never closed"),
        ("name-twice", with(r#""x":1,"x":1"#), "a member twice, even with one value"),
        ("name-twice-by-escape", with(r#""x":1,"\u0078":2"#), "the same name, spelled otherwise"),
        (
            "name-twice-by-surrogates",
            with("\"\u{1f600}\":1,\"\\ud83d\\ude00\":2"),
            "the same name outside the basic plane",
        ),
        ("name-twice-nested", with(r#""x":{"a":1,"a":2}"#), "at depth 2"),
        ("name-twice-in-cnf", with(r#""cnf":{"jkt":"a","jkt":"b"}"#), "which key is it bound to?"),
        ("name-twice-in-act", with(r#""act":{"sub":"a","\u0073ub":"b"}"#), "who acts?"),
        ("name-twice-in-array", with(r#""x":[1,{"a":1,"a":2}]"#), "inside an array"),
        ("empty-name-twice", with(r#""":1,"":2"#), "the empty name is a name"),
    ]
}

/// Objects that look odd and are right: end of the id, bytes, why.
pub(crate) fn oddities(members: &str) -> Vec<Fault> {
    let with = |more: &str| format!("{{{members},{more}}}").into_bytes();
    let text = |text: String| text.into_bytes();
    vec![
        ("white-space", text(format!(" \t\r\n{{\n{members}\t}} \n")), "white space of JSON"),
        ("depth-32", text(nested(members, 32, '[')), "32 open arrays and objects are allowed"),
        ("depth-32-objects", text(nested(members, 32, '{')), "objects count as arrays do"),
        ("surrogate-pair", with(r#""x":"\ud83d\ude00""#), "a pair of surrogate escapes"),
        ("noncharacter", with("\"x\":\"\u{ffff}\""), "noncharacters are scalar values"),
        ("escaped-nul", with(r#""x":"\u0000""#), "NUL may stand in a string, escaped"),
        ("escaped-slash", with(r#""x":"\/""#), "an escape that is not needed"),
        ("delete", with("\"x\":\"\u{7f}\""), "U+007F needs no escape"),
        (
            "names-at-two-depths",
            with(r#""x":{"a":1,"b":{"a":2}},"a":3"#),
            "one name, three objects",
        ),
        ("names-in-two-objects", with(r#""x":[{"a":1},{"a":2}]"#), "one name, two objects"),
        ("names-by-case", with(r#""x":1,"X":2"#), "names are case-sensitive"),
        ("names-by-composition", with("\"\u{e9}\":1,\"e\u{301}\":2"), "no normalisation"),
        ("huge-number", with(r#""x":1e999"#), "a number that nobody asks for"),
        (
            "prototype-names",
            with(r#""__proto__":{"admin":true},"constructor":1,"hasOwnProperty":null"#),
            "names that mean something to some languages are names like others",
        ),
    ]
}

/// An object of that many open objects and arrays at its deepest.
fn nested(members: &str, depth: usize, open: char) -> String {
    let inner = depth - 1;
    let (opening, closing) = match open {
        '[' => ("[".repeat(inner), "]".repeat(inner)),
        _ => (r#"{"a":"#.repeat(inner), "}".repeat(inner)),
    };
    match open {
        '[' => format!("{{{members},\"x\":{opening}{closing}}}"),
        _ => format!("{{{members},\"x\":{opening}1{closing}}}"),
    }
}

/// The flag of the line of known vulnerabilities that a fault belongs to.
pub(crate) fn flags(name: &str) -> &'static [&'static str] {
    match name {
        _ if name.starts_with("depth-") => &["vuln-23", "boundary"],
        _ if name.contains("name-twice") || name.starts_with("names-") => &["vuln-24"],
        "prototype-names" => &["vuln-25"],
        "byte-order-mark" | "byte-ff" | "truncated-utf8" | "stray-continuation" => &["vuln-33"],
        "overlong-nul" | "overlong-slash" | "utf8-surrogate" | "beyond-unicode" => &["vuln-33"],
        _ if name.contains("surrogate") || name == "utf16" => &["vuln-33"],
        _ => &[],
    }
}
