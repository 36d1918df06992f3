//! Links the program at a fixed address.
//!
//! One that can be moved has some 34,000 addresses patched each time it starts, which touches 800 kB: more time than
//! reading two pages takes, and spent again for every file where the program is run once a file. Heap, stacks and
//! libraries still lie elsewhere at every start.

fn main() {
    println!("cargo:rerun-if-changed=.cargo/build.rs");
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
