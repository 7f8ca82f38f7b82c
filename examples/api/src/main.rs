//! An HTTP API guarded by lowwater, and a story played against it.

mod api;
mod by_hand;
mod guard;
mod issuer;
mod rule_file;
mod rule_writer;
mod story;

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use lowwater::Cutoffs;
use lowwater_edge::{SharedCutoffs, SharedMemo};
use tokio::net::TcpListener;

use crate::api::Api;
use crate::issuer::Issuer;
use crate::rule_file::RuleFile;
use crate::rule_writer::RuleWriter;

/// An HTTP API guarded by lowwater.
///
/// Without arguments it plays a story against itself over the loopback, and ends with 0 if every
/// answer was the expected one.
#[derive(Debug, Parser)]
struct Arguments {
    /// Serve at this address until Ctrl-C, with tokens and curl lines to play with
    ///
    /// There is no TLS: keep to the loopback unless the network is your own.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8080")]
    listen: Option<SocketAddr>,
    /// Read the rules in this file at start, and add new ones to it before they are acknowledged
    ///
    /// It holds a state as JSON Lines and must exist; one without rules is the line {"state":{}}.
    #[arg(long, value_name = "FILE", requires = "listen")]
    rules: Option<PathBuf>,
    /// Sign with this key (Ed25519, PKCS #8, DER), so that tokens outlive a restart
    #[arg(long, value_name = "FILE", requires = "listen")]
    key: Option<PathBuf>,
    /// Remember the signatures of tokens that come again in so much memory; 0 remembers none
    #[arg(long, value_name = "BYTES", default_value_t = SharedMemo::DEFAULT_BYTES)]
    memo: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            // Where not even this can be written, the exit code still tells.
            let _written = writeln!(io::stderr(), "error: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Serves, by hand or for the story; `false` if the story did not go as expected.
async fn run(arguments: Arguments) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let Arguments { listen, rules, key, memo } = arguments;
    let issuer = match key {
        Some(path) => fs::read(&path)
            .map_err(Into::into)
            .and_then(|key| Issuer::from_pkcs8(&key))
            .map_err(|fault| about(&path, fault))?,
        None => Issuer::new()?,
    };
    let (kept, mut file) = match rules {
        Some(path) => kept_rules(&path).map(|(kept, file)| (kept, Some(file)))?,
        None => (Cutoffs::local(), None),
    };
    let cutoffs = Arc::new(SharedCutoffs::new(kept));
    // Without a file rules hold until the server ends.
    let keep = move |lines: &str| file.as_mut().map_or(Ok(()), |file| file.append(lines));
    let rules = RuleWriter::start(Arc::clone(&cutoffs), keep)?;
    let guard = api::guard(&issuer.jwks(), SharedMemo::new(memo), cutoffs)?;
    let api = Api { guard: Arc::new(guard), rules };
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let asked = listen.unwrap_or(any_port);
    let bound = TcpListener::bind(asked).await;
    let listener = bound.map_err(|fault| format!("cannot listen at {asked}: {fault}"))?;
    let address = listener.local_addr()?;
    let server = axum::serve(listener, api::router(api));
    if listen.is_some() {
        io::stdout().write_all(by_hand::page(address, &issuer).as_bytes())?;
        tokio::select! {
            served = server => served?,
            stop = tokio::signal::ctrl_c() => stop?,
        }
        return Ok(true);
    }
    let server = tokio::spawn(server.into_future());
    // The client blocks its thread, so it gets one of its own.
    let played =
        tokio::task::spawn_blocking(move || story::play(address, &issuer, &mut io::stdout()))
            .await?;
    server.abort();
    played
}

/// The rules of a file, and the file for more of them.
fn kept_rules(path: &Path) -> Result<(Cutoffs, RuleFile), Box<dyn Error + Send + Sync>> {
    let opened = RuleFile::open(path).map_err(|fault| about(path, fault))?;
    if opened.cut_off > 0 {
        let what = format!(
            "an incomplete last line of {} bytes was cut off: what a write leaves that was cut short, \
             and not acknowledged",
            opened.cut_off
        );
        writeln!(io::stderr(), "warning: {}", about(path, what.into()))?;
    }
    Ok((opened.rules, opened.file))
}

/// A fault and the file that it is about.
fn about(path: &Path, fault: Box<dyn Error + Send + Sync>) -> Box<dyn Error + Send + Sync> {
    format!("{}: {fault}", path.display()).into()
}
