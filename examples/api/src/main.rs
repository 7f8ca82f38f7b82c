//! An HTTP API guarded by lowwater, and a story played against it.

mod api;
mod by_hand;
mod guard;
mod issuer;
mod story;

use std::error::Error;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::net::TcpListener;

use crate::issuer::Issuer;

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
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().listen).await {
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
async fn run(listen: Option<SocketAddr>) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let issuer = Issuer::new()?;
    let guard = Arc::new(api::guard(&issuer.jwks())?);
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = TcpListener::bind(listen.unwrap_or(any_port)).await?;
    let address = listener.local_addr()?;
    let server = axum::serve(listener, api::router(guard));
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
