//! Writes the seeds of the vectors: one folder a target, as libFuzzer reads them.

use std::error::Error;
use std::fs;
use std::path::Path;

use lowwater_fuzz::seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let to = std::env::args().nth(1).ok_or("usage: seeds FOLDER")?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    for (target, inputs) in seeds::of_vectors(&tests)? {
        let folder = Path::new(&to).join(target);
        fs::create_dir_all(&folder)?;
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), input)?;
        }
    }
    Ok(())
}
