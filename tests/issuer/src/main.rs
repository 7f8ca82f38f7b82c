//! The issuer as a program: prints where it listens, and runs until its input ends.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program says where it is")]

use std::io;

use lowwater_issuer::Issuer;

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".into());
    println!("{}", Issuer::start_at(&address)?.url());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
