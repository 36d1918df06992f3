#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| recto_fuzz::read(&recto_fuzz::font_program(bytes)));
