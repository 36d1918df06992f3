//! `recto config show`: every setting in force, in the form of a configuration file.

use crate::cli::args::ConfigCommand;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::output::printable;
use crate::cli::session::Session;
use crate::cli::settings;

/// Prints the settings.
pub fn run(command: &ConfigCommand, session: &Session) -> Result<ExitCode, CommandError> {
    let ConfigCommand::Show { origin } = command;
    let settings = session.loaded().settings();
    let lines: Vec<(String, String, String)> = settings
        .into_iter()
        .map(|(key, value, from)| {
            let (section, name) = key.rsplit_once('.').unwrap_or(("", &key));
            (section.to_owned(), format!("{name} = {}", settings::toml(&value)), from)
        })
        .collect();
    let width = lines.iter().map(|(_, line, _)| line.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for section in lines.chunk_by(|(left, _, _), (right, _, _)| left == right) {
        let Some((name, _, _)) = section.first() else { continue };
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}[{name}]\n"));
        for (_, line, from) in section {
            if *origin {
                text.push_str(&format!("{line:width$}  # {}\n", printable(from)));
            } else {
                text.push_str(&format!("{line}\n"));
            }
        }
    }
    session.console.results(&text)?;
    Ok(ExitCode::Success)
}
