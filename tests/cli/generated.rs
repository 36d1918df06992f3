//! Completions and manual pages, made from the definition of the arguments.

use crate::cli::sandbox::Sandbox;

#[test]
fn every_shell_has_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = sandbox.run(&format!("completions {shell}"));
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = String::from_utf8_lossy(&output.stdout);
        for word in ["ingest", "files-from", "base-path"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_manual_covers_the_program_and_its_commands() {
    let sandbox = Sandbox::new();
    let page = |arguments: &str| String::from_utf8_lossy(&sandbox.run(arguments).stdout).into_owned();
    assert!(page("man").contains(".TH recto 1"));
    assert!(page("man").contains("recto\\-search(1)"));
    assert!(page("man search").contains("\\-\\-queries"));
    assert_eq!(sandbox.run("man nonsense").status.code(), Some(2));
}

#[test]
fn the_description_of_the_api_is_that_of_the_service() {
    let sandbox = Sandbox::new();
    let output = sandbox.run("openapi");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["info"]["title"], "Recto");
    assert!(document["paths"]["/api/v1/search"]["post"].is_object());
}

#[test]
fn a_bad_configuration_does_not_keep_them_from_being_made() {
    let sandbox = Sandbox::new();
    sandbox.write("recto.toml", "nonsense = 1");
    assert_eq!(sandbox.run("man").status.code(), Some(0));
    assert_eq!(sandbox.run("completions bash").status.code(), Some(0));
}
