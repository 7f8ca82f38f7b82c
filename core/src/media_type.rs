//! The `typ` of a header is a media type: when two spellings name one.

/// Without `application/`, unless what follows has a slash of its own (RFC 7515 section 4.1.9).
pub(crate) fn short(media_type: &str) -> &str {
    match media_type.split_at_checked(12) {
        Some((prefix, rest))
            if prefix.eq_ignore_ascii_case("application/") && !rest.contains('/') =>
        {
            rest
        }
        _ => media_type,
    }
}

/// Do both name one type? ASCII case does not count.
pub(crate) fn same(one: &str, other: &str) -> bool {
    short(one).eq_ignore_ascii_case(short(other))
}
