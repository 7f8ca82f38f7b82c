//! Tells the linker that the functions of Node-API come from the process that loads the addon.

fn main() {
    napi_build::setup();
}
