//! Binds the WebAssembly module to JavaScript: `lowwater-wasm-bind MODULE FOLDER` writes `lowwater.js` and
//! `lowwater_bg.wasm` into the folder.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = env::args_os().skip(1);
    let (Some(module), Some(folder), None) = (given.next(), given.next(), given.next()) else {
        return Err("give the module and the folder: lowwater-wasm-bind MODULE FOLDER".into());
    };
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .out_name("lowwater")
        .generate(folder)?;
    Ok(())
}
