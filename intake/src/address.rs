//! Which addresses may be asked.

use alloc::string::{String, ToString as _};
use core::net::{Ipv4Addr, Ipv6Addr};

use iri_string::resolve::FixedBaseResolver;
use iri_string::types::{UriAbsoluteStr, UriReferenceStr, UriStr};

use crate::fault::SourceFault;

/// Which addresses are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schemes {
    Https,
    /// `http` too, of this machine: for tests and for a proxy beside the process.
    HttpsOrLoopback,
}

/// An address that may be asked: `https`, a host, no user and no password, all of it in the characters of RFC 3986, and a
/// host of letters, digits, `.`, `-`, `_` or an IPv6 address. So narrow a text no two clients read differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    text: String,
    origin: Origin,
}

/// Who answers: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    https: bool,
    host: String,
    port: u16,
}

impl Address {
    pub(crate) fn parse(text: &str, schemes: Schemes) -> Result<Self, SourceFault> {
        Self::read(text, schemes).ok_or(SourceFault::Address)
    }

    fn read(text: &str, schemes: Schemes) -> Option<Self> {
        // Without dot segments, also where their dots are percent-encoded: a client would take them out.
        let text = UriStr::new(text).ok()?.normalize().to_string();
        let uri = UriStr::new(&text).ok()?;
        let origin = Origin::of(uri)?;
        let allowed = origin.https || schemes == Schemes::HttpsOrLoopback && origin.is_loopback();
        allowed.then(|| Self { text: uri.to_absolute().to_string(), origin })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Which addresses it may name in its turn: nobody elsewhere sends us to this machine, or to clear text.
    pub(crate) const fn schemes_of_others(&self) -> Schemes {
        if self.origin.https { Schemes::Https } else { Schemes::HttpsOrLoopback }
    }

    /// Where a redirect leads, if that is the same scheme, host and port: whoever answers elsewhere is somebody else.
    pub(crate) fn redirected(&self, location: &str, schemes: Schemes) -> Result<Self, SourceFault> {
        let to = self.joined(location, schemes);
        to.filter(|to| to.origin == self.origin).ok_or(SourceFault::Redirect)
    }

    /// Where a redirect leads, if that may be asked at all.
    pub(crate) fn joined(&self, location: &str, schemes: Schemes) -> Option<Self> {
        let base = FixedBaseResolver::new(UriAbsoluteStr::new(&self.text).ok()?);
        let to = base.resolve(UriReferenceStr::new(location).ok()?);
        Self::read(&to.to_string(), schemes)
    }

    /// Scheme, host, port, and a path: what others may lie below of.
    pub(crate) fn is_prefix(&self) -> bool {
        !self.text.contains('?')
    }

    /// Is this the prefix, or does it lie below it: the same scheme, host and port, and the path goes on behind a `/`?
    pub(crate) fn is_under(&self, prefix: &Self) -> bool {
        let base = prefix.path();
        let below = |rest: &str| rest.is_empty() || base.ends_with('/') || rest.starts_with('/');
        self.origin == prefix.origin && self.path().strip_prefix(base).is_some_and(below)
    }

    /// The path, without dot segments; of an address without one, `/`.
    fn path(&self) -> &str {
        let path = UriStr::new(&self.text).map_or("", |uri| uri.path_str());
        if path.is_empty() { "/" } else { path }
    }
}

impl Origin {
    fn of(uri: &UriStr) -> Option<Self> {
        let https = match uri.scheme_str() {
            scheme if scheme.eq_ignore_ascii_case("https") => true,
            scheme if scheme.eq_ignore_ascii_case("http") => false,
            _ => return None,
        };
        let authority = uri.authority_components()?;
        let host = authority.host().to_ascii_lowercase();
        let plain = authority.userinfo().is_none() && (is_name(&host) || ipv6(&host).is_some());
        let port = match authority.port() {
            None | Some("") => {
                if https {
                    443
                } else {
                    80
                }
            }
            Some(port) => port.parse().ok()?,
        };
        plain.then_some(Self { https, host, port })
    }

    fn is_loopback(&self) -> bool {
        let ipv4 = self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        self.host == "localhost" || ipv4 || ipv6(&self.host).is_some_and(|ip| ip.is_loopback())
    }
}

fn is_name(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !host.is_empty() && host.bytes().all(plain)
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Where an issuer's metadata stands (OpenID Connect Discovery 1.0 section 4): behind its path.
pub(crate) fn metadata_of(issuer: &str) -> String {
    let mut address = String::from(issuer.strip_suffix('/').unwrap_or(issuer));
    address.push_str("/.well-known/openid-configuration");
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str, schemes: Schemes) -> Option<String> {
        Address::parse(text, schemes).ok().map(|address| address.text)
    }

    #[test]
    fn https_with_a_host_and_nothing_else() {
        for text in
            ["https://i.example", "https://i.example:8443/a/b?c=d", "https://[2001:db8::1]/"]
        {
            assert_eq!(taken(text, Schemes::Https).as_deref(), Some(text));
        }
        assert_eq!(
            taken("https://i.example/a#b", Schemes::Https).as_deref(),
            Some("https://i.example/a")
        );
        for (text, read) in [
            ("HTTPS://I.example/A", "https://i.example/A"),
            ("https://i%2eexample/", "https://i.example/"),
            ("https://i.example/a/../b", "https://i.example/b"),
            ("https://i.example/a/%2e%2E/b", "https://i.example/b"),
        ] {
            assert_eq!(taken(text, Schemes::Https).as_deref(), Some(read));
        }
        for text in [
            "http://i.example/",
            "ftp://i.example/",
            "file:///etc/passwd",
            "https:///a",
            "https:i.example",
            "https://user@i.example/",
            "https://user:pass@i.example/",
            "https://i.example:99999/",
            "//i.example/",
            "",
            "https://i.example\\@other.example/",
            "https://i.example/ a",
            "https://exämple.example/",
            "https://i.example;other.example/",
            "https://[::1/",
            "https://[v1.a]/",
            "\thttps://i.example/",
            "http://localhost/",
            "http://127.0.0.1/",
        ] {
            assert_eq!(taken(text, Schemes::Https), None, "{text}");
        }
    }

    #[test]
    fn http_of_this_machine_alone_where_it_is_said() {
        for text in ["http://localhost:80/", "http://127.1.2.3/", "http://[::1]:8080/a"] {
            assert!(taken(text, Schemes::HttpsOrLoopback).is_some(), "{text}");
        }
        for text in [
            "http://localhost.example/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::2]/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example/",
            "http://0.0.0.0/",
        ] {
            assert_eq!(taken(text, Schemes::HttpsOrLoopback), None, "{text}");
        }
    }

    #[test]
    fn redirects_stay_with_who_answered() {
        let from = Address::parse("https://i.example/a/b?c", Schemes::Https).ok();
        let to = |location: &str| {
            from.as_ref()?.redirected(location, Schemes::Https).ok().map(|to| to.text)
        };
        assert_eq!(to("/d").as_deref(), Some("https://i.example/d"));
        assert_eq!(to("../../../d").as_deref(), Some("https://i.example/d"));
        assert_eq!(to("https://I.example:443/d").as_deref(), Some("https://i.example:443/d"));
        assert_eq!(to("//i.example/d").as_deref(), Some("https://i.example/d"));
        for elsewhere in [
            "https://other.example/",
            "//other.example/",
            "http://i.example/",
            "https://i.example:444/",
            "/ d",
            "https://i.example@other.example/",
        ] {
            assert_eq!(to(elsewhere), None, "{elsewhere}");
        }
    }
}
