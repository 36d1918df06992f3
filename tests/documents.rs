//! What README.md and docs/ tell people to type or to open exists: commands, options, settings, files, sections.

use clap::{CommandFactory, Parser};
use recto::cli::args::Arguments;
use recto::cli::config::{Places, load};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A document: its path from the root, and its text.
struct Document {
    path: PathBuf,
    text: String,
}

/// A fenced block: its language, and its lines.
struct Block {
    language: String,
    text: String,
}

fn documents() -> Vec<Document> {
    let pages = std::fs::read_dir(Path::new(ROOT).join("docs")).expect("docs/").flatten();
    let pages = pages.map(|entry| Path::new("docs").join(entry.file_name()));
    let all = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(Path::new(ROOT).join(&path)).expect("UTF-8");
        Document { path, text }
    };
    let documents: Vec<Document> = all.chain([PathBuf::from("README.md")]).map(read).collect();
    assert!(documents.len() > 5, "the check has lost its object");
    documents
}

impl Document {
    /// The text outside fenced blocks, and the blocks.
    fn parts(&self) -> (String, Vec<Block>) {
        let (mut prose, mut blocks) = (String::new(), Vec::new());
        for (number, part) in self.text.split("\n```").enumerate() {
            match part.split_once('\n') {
                Some((language, text)) if number % 2 == 1 => {
                    blocks.push(Block { language: language.to_owned(), text: text.to_owned() });
                }
                _ => prose.push_str(part),
            }
        }
        (prose, blocks)
    }

    /// What stands between backquotes in the prose.
    fn code(&self) -> Vec<String> {
        let prose = self.parts().0.replace('\n', " ");
        prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Commands in blocks, without prompts and comments, continued lines joined.
    fn commands(&self) -> Vec<String> {
        let (_, blocks) = self.parts();
        let mut commands = Vec::new();
        for block in blocks.iter().filter(|block| ["sh", "console"].contains(&block.language.as_str())) {
            let text = block.text.replace("\\\n", " ");
            let typed = text.lines().filter_map(|line| match block.language.as_str() {
                "console" => line.strip_prefix("$ "),
                _ => Some(line),
            });
            commands.extend(typed.filter(|line| !line.is_empty()).map(str::to_owned));
        }
        commands
    }
}

/// The words of a command as a shell would part them; a comment, and what it is piped to, are left out.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    for character in command.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '#' | '|') if word.is_none() => break,
            (None, ')') => break,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

/// A command of `recto` as its words, if it is one: typed, run by cargo, or within another.
fn of_recto(command: &str) -> Option<Vec<String>> {
    let command = command.split_once("$(").map_or(command, |(_, inner)| inner);
    let command = command.replace("cargo run --release --", "recto");
    command.starts_with("recto ").then(|| words(&command))
}

/// What is wrong with a command that is only named: one that does not exist, or an option that it does not have.
fn misnamed(words: &[String]) -> Option<String> {
    let mut program = Arguments::command();
    program.build();
    let mut command = &program;
    for word in words.iter().skip(1) {
        if let Some(option) = word.strip_prefix("--") {
            let known = command.get_arguments().filter_map(clap::Arg::get_long).any(|long| long == option);
            if !known && !["version", "help"].contains(&option) {
                return Some(format!("`{}` has no option `--{option}`", command.get_name()));
            }
        } else if command.has_subcommands() {
            let Some(below) = command.find_subcommand(word) else { return Some(format!("no command `{word}`")) };
            command = below;
        }
    }
    None
}

/// The name under which a heading is linked to.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|character| character.is_alphanumeric() || [' ', '-', '_'].contains(character));
    kept.map(|character| if character == ' ' { '-' } else { character }).collect()
}

fn anchors(text: &str) -> HashSet<String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn commands_can_be_typed_as_they_stand() {
    let mut wrong = Vec::new();
    let mut typed = 0;
    for document in documents() {
        for command in document.commands() {
            let Some(words) = of_recto(&command) else { continue };
            typed += 1;
            let parsed = Arguments::try_parse_from(&words);
            wrong.extend(parsed.err().map(|error| format!("{}: {command}: {error}", document.path.display())));
        }
        for code in document.code() {
            let complaint = of_recto(&code).and_then(|words| misnamed(&words));
            wrong.extend(complaint.map(|complaint| format!("{}: {code}: {complaint}", document.path.display())));
        }
    }
    assert!(wrong.is_empty() && typed > 10, "{typed} commands, {wrong:#?}");
}

/// Settings with an engine that this build has: one that it lacks is refused before anything else is looked at.
fn of_this_build(settings: &str) -> String {
    let engine = if cfg!(feature = "cluster") { "quickwit" } else { "embedded" };
    settings.replace("kind = \"quickwit\"", &format!("kind = \"{engine}\""))
}

#[test]
fn settings_are_those_of_the_program() {
    let folder = tempfile::tempdir().expect("temporary directory");
    let file = folder.path().join("recto.toml");
    let settings = load(&Places::default(), Vec::new()).expect("defaults").settings();
    let keys: HashSet<&str> = settings.iter().map(|(key, ..)| key.as_str()).collect();
    let sections: HashSet<&str> = keys.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let mut looked_at = 0;
    for document in documents() {
        let (_, blocks) = document.parts();
        for block in blocks.iter().filter(|block| block.language == "toml" && block.text.starts_with('[')) {
            looked_at += 1;
            std::fs::write(&file, of_this_build(&block.text)).expect("room");
            let loaded = load(&Places { explicit: Some(file.clone()), ..Places::default() }, Vec::new());
            assert!(loaded.is_ok(), "{}: {:?}", document.path.display(), loaded.err());
        }
        for code in document.code() {
            let section = code.split_once('.').map(|(section, _)| section);
            if section.is_some_and(|section| sections.contains(section)) && !code.ends_with(".toml") {
                looked_at += 1;
                let key = code.split(" =").next().unwrap_or_default();
                assert!(keys.contains(key), "{}: there is no setting `{key}`", document.path.display());
            }
        }
    }
    assert!(looked_at > 10, "the check has lost its object");
}

#[test]
fn what_deploy_has_run_is_known() {
    let deploy = Path::new(ROOT).join("deploy");
    let folder = tempfile::tempdir().expect("temporary directory");
    let file = folder.path().join("recto.toml");
    let settings = std::fs::read_to_string(deploy.join("recto.toml")).expect("UTF-8");
    std::fs::write(&file, of_this_build(&settings)).expect("room");
    let loaded = load(&Places { explicit: Some(file), ..Places::default() }, Vec::new());
    let keys: Vec<String> = loaded.expect("settings").settings().iter().map(|(key, ..)| key.to_string()).collect();
    let compose = std::fs::read_to_string(deploy.join("compose.yaml")).expect("UTF-8");
    let variables: Vec<&str> = compose.split("RECTO_").skip(1).filter_map(|rest| rest.split(':').next()).collect();
    assert!(!variables.is_empty(), "the check has lost its object");
    for variable in variables {
        let key = variable.to_lowercase().replace("__", ".");
        assert!(keys.contains(&key), "there is no setting `{key}`");
    }
    let of_recto = compose.lines().filter(|line| line.contains("<<: *recto"));
    let commands: Vec<Vec<String>> = of_recto
        .filter_map(|line| Some(line.split_once("command: [")?.1.split_once(']')?.0))
        .map(|list| list.split(',').map(|word| word.trim().trim_matches('"').to_owned()).collect())
        .collect();
    assert!(commands.len() >= 3, "the check has lost its object");
    for command in commands {
        let words = std::iter::once("recto".to_owned()).chain(command.clone());
        assert!(Arguments::try_parse_from(words).is_ok(), "{command:?}");
    }
    // What compose mounts is there.
    for file in ["recto.toml", "databases.sql", "nginx.conf", "example.env", "Dockerfile"] {
        assert!(deploy.join(file).exists() && compose.contains(file), "{file}");
    }
}

#[test]
fn addresses_of_the_api_are_those_of_the_service() {
    let description = recto::serve::openapi_document("");
    let paths = description["paths"].as_object().expect("paths");
    let known: Vec<Vec<&str>> = paths.keys().map(|path| path.split('/').collect()).collect();
    let mut looked_at = 0;
    for document in documents() {
        for code in document.code().into_iter().chain(document.commands()) {
            let Some(start) = code.find("/api/v1/") else { continue };
            let address = code[start..].split(['?', ' ', '\'', '"']).next().unwrap_or_default();
            let parts: Vec<&str> = address.split('/').collect();
            let same = |path: &Vec<&str>| {
                let alike = |(known, part): (&&str, &&str)| known == part || known.starts_with('{');
                path.len() == parts.len() && path.iter().zip(&parts).all(alike)
            };
            looked_at += 1;
            assert!(known.iter().any(same), "{}: nothing is at `{address}`", document.path.display());
        }
    }
    assert!(looked_at > 10, "the check has lost its object");
}

#[test]
fn files_and_sections_that_are_named_exist() {
    let root = Path::new(ROOT);
    let mut looked_at = 0;
    for document in documents() {
        let path = document.path.display();
        let folder = document.path.parent().unwrap_or(Path::new(""));
        let (prose, _) = document.parts();
        for link in prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
            if link.contains("://") {
                continue;
            }
            looked_at += 1;
            let (file, section) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root.join(&document.path) } else { root.join(folder).join(file) };
            assert!(target.is_file(), "{path}: there is no `{file}`");
            if !section.is_empty() {
                let text = std::fs::read_to_string(target).expect("UTF-8");
                assert!(anchors(&text).contains(section), "{path}: there is no section `{link}`");
            }
        }
        let words = document.code().into_iter().chain(document.commands());
        let words: Vec<String> =
            words.flat_map(|code| code.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        for word in words
            .iter()
            .filter(|word| [".ci/", "benches/", "tests/", "src/", ".cargo/"].iter().any(|of| word.starts_with(of)))
        {
            looked_at += 1;
            // What a run of the fuzzer finds is not there before.
            assert!(root.join(word).exists() || word.starts_with("tests/fuzz/corpus"), "{path}: there is no `{word}`");
        }
    }
    assert!(looked_at > 20, "the check has lost its object");
}

#[test]
fn what_does_not_exist_is_noticed() {
    let parts = |command: &str| of_recto(command).expect("a command of recto");
    for (command, is_right) in [
        ("recto serve --ingest PATH", true),
        ("recto config show --origin", true),
        ("recto --version", true),
        ("recto serv", false),
        ("recto config shw", false),
        ("recto serve --ingst PATH", false),
    ] {
        assert_eq!(misnamed(&parts(command)).is_none(), is_right, "{command}");
    }
    assert_eq!(parts("export A=$(recto keys create --name 'a b')  # c"), ["recto", "keys", "create", "--name", "a b"]);
    assert_eq!(parts("cargo run --release -- search '\"a b\"' | head"), ["recto", "search", "\"a b\""]);
    assert!(of_recto("benches/bars.py target/release/recto").is_none());
    assert!(anchors("# In *service*\n## What, exactly?\n").contains("what-exactly"));
}
