//! `recto mcp`: the library for a language model, whose program starts this one and speaks with it.

use crate::cli::args::McpArguments;
use crate::cli::commands::export::checked;
use crate::cli::error::CommandError;
use crate::cli::exit_code::ExitCode;
use crate::cli::library;
use crate::cli::session::Session;
use crate::mcp::{self, Served};
use crate::serve::parse_base_path;

/// Answers until the client has gone.
pub fn run(arguments: &McpArguments, session: &Session) -> Result<ExitCode, CommandError> {
    let address = address(arguments, session)?;
    let (library, engine) = library::open(session, "mcp")?.follow()?;
    let served = Served { library, engine, address };
    let service = |source| CommandError::Service { action: "speak with the client".to_owned(), source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(service)?;
    let ended = runtime.block_on(mcp::serve(served));
    // Standard input is read by a thread that waits for more of it.
    runtime.shutdown_background();
    ended.map_err(service)?;
    Ok(ExitCode::Success)
}

/// Where people read the same library: as given, or as the service is configured.
fn address(arguments: &McpArguments, session: &Session) -> Result<Option<String>, CommandError> {
    let settings = &session.config().serve;
    let address = match &arguments.base_url {
        Some(url) => checked(url)?.to_owned(),
        None if settings.public_url.is_empty() => return Ok(None),
        None => {
            let base = parse_base_path(&settings.base_path).map_err(|error| CommandError::Usage(error.to_string()))?;
            format!("{}{base}", checked(&settings.public_url)?.trim_end_matches('/'))
        }
    };
    Ok(Some(address.trim_end_matches('/').to_owned()))
}
