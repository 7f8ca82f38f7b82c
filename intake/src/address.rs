//! Which addresses may be asked.

use alloc::string::String;

use url::{Host, Url};

use crate::fault::SourceFault;

/// Which addresses are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schemes {
    Https,
    /// `http` too, of this machine: for tests and for a proxy beside the process.
    HttpsOrLoopback,
}

/// An address that may be asked: `https`, a host, no user and no password. What the client is handed is the text that
/// this parser wrote, so that the two cannot read it differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Url);

impl Address {
    pub(crate) fn parse(text: &str, schemes: Schemes) -> Result<Self, SourceFault> {
        Url::parse(text).ok().and_then(|url| Self::of(url, schemes)).ok_or(SourceFault::Address)
    }

    fn of(mut url: Url, schemes: Schemes) -> Option<Self> {
        let allowed = match url.scheme() {
            "https" => true,
            "http" => schemes == Schemes::HttpsOrLoopback && is_loopback(&url),
            _ => false,
        };
        let plain = url.has_host() && url.username().is_empty() && url.password().is_none();
        url.set_fragment(None);
        (allowed && plain).then_some(Self(url))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Where a redirect leads, if that is the same scheme, host and port: whoever answers elsewhere is somebody else.
    pub(crate) fn redirected(&self, location: &str, schemes: Schemes) -> Result<Self, SourceFault> {
        let to = self.0.join(location).ok().and_then(|url| Self::of(url, schemes));
        to.filter(|to| to.0.origin() == self.0.origin()).ok_or(SourceFault::Redirect)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Where an issuer's metadata stands (OpenID Connect Discovery 1.0 section 4): behind its path.
pub(crate) fn metadata_of(issuer: &str) -> String {
    let mut address = String::from(issuer.strip_suffix('/').unwrap_or(issuer));
    address.push_str("/.well-known/openid-configuration");
    address
}
