//! Everything that fuzzing kept, and everything that it begins with, once more on the stable compiler.

use std::path::Path;
use std::{fs, panic};

use lowwater_fuzz::{TARGETS, seeds};

/// The inputs that are kept for a target: each reaches something that the others do not.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|no| panic!("{}: {no}", folder.display()));
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn what_was_kept_and_what_the_vectors_give_breaks_nothing() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let mut seeds = seeds::of_vectors(&tests).unwrap();
    for (target, run) in TARGETS {
        let inputs: Vec<_> =
            kept(target).into_iter().chain(seeds.remove(target).unwrap()).collect();
        assert!(inputs.len() > 6, "{target}: {} inputs", inputs.len());
        for input in inputs {
            if panic::catch_unwind(|| run(&input)).is_err() {
                panic!("{target}: {:?}", String::from_utf8_lossy(&input));
            }
        }
    }
    assert!(seeds.is_empty(), "seeds for no target: {:?}", seeds.keys());
}

#[test]
fn each_target_has_a_binary_and_each_binary_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut binaries: Vec<_> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    binaries.sort_unstable();
    let mut targets = TARGETS.map(|(name, _)| name);
    targets.sort_unstable();
    assert_eq!(binaries, targets);
}
