//! Settings from files, environment and options, their origins, and keys that do not exist.

use crate::cli::sandbox::{Sandbox, check, compare};

#[test]
fn every_setting_is_shown_with_its_origin() {
    let sandbox = Sandbox::new();
    sandbox.write(".config/recto/config.toml", "[ingest]\njobs = 2\n[search]\nlimit = 5\n");
    sandbox.write("recto.toml", "[search]\nlimit = 7\npages = 1\n");
    sandbox.write("other.toml", "[search]\npages = 4\n");
    let mut command = sandbox.command("config show --origin --config other.toml --index here");
    let output = command.env("RECTO_SERVE__LISTEN", "127.0.0.1:9000").output().expect("the program starts");
    let transcript = sandbox.transcript(&output);
    let (before, limits) = transcript.split_once("[limits]\n").expect("limits");
    let (limits, after) = limits.split_once("\n\n").expect("more sections");
    assert!(limits.lines().all(|line| line.ends_with("# default")), "{limits}");
    compare!(format!("{before}{after}"), @r#"
    exit code: 0
    ----- stdout -----
    [accounts]
    plain_http = false                # default
    registration = "invitation"       # default

    [comments]
    enabled = true                    # default
    links = 2                         # default
    moderation = "first"              # default
    rate = 5                          # default
    rate_seconds = 600                # default

    [engine]
    database_url = ""                 # default
    index = "recto"                   # default
    ingest_ms = 60000                 # default
    ingest_urls = []                  # default
    kind = "embedded"                 # default
    lease_seconds = 60                # default
    purge_seconds = 3600              # default
    search_ms = 2000                  # default
    search_urls = []                  # default
    storage = ""                      # default
    storage_endpoint = ""             # default
    storage_region = "us-east-1"      # default

    [ingest]
    commit_pages = 5000               # default
    jobs = 2                          # [DIR]/.config/recto/config.toml
    minimum_free_bytes = 268435456    # default
    password_file = ""                # default
    sandbox = "best-effort"           # default
    settle_seconds = 5                # default

    [library]
    allow_network = false             # default
    index = "here"                    # option --index

    [log]
    format = "text"                   # default

    [ocr]
    languages = ""                    # default
    least_confidence = 40             # default
    memory_bytes = 1073741824         # default
    mode = "auto"                     # default
    page_seconds = 60                 # default
    program = "tesseract"             # default
    resolution = 300                  # default

    [search]
    limit = 7                         # recto.toml
    op = "and"                        # default
    pages = 4                         # other.toml
    passages = 2                      # default

    [serve]
    base_path = ""                    # default
    connections = 1024                # default
    connections_per_address = 64      # default
    cors_origins = []                 # default
    count_reads = true                # default
    ingest_roots = []                 # default
    listen = "127.0.0.1:9000"         # environment variable RECTO_SERVE__LISTEN
    open_metrics = false              # default
    picture_bytes = 268435456         # default
    public = true                     # default
    public_url = ""                   # default
    search_burst = 40                 # default
    search_rate = 20                  # default
    search_rate_local = false         # default
    tls_certificate = ""              # default
    tls_key = ""                      # default
    trusted_proxies = []              # default
    upload_bytes = 209715200          # default

    ----- stderr -----
    "#);
}

#[test]
fn what_is_shown_can_be_used_as_a_file() {
    let sandbox = Sandbox::new();
    let shown = sandbox.run("config show").stdout;
    sandbox.write("recto.toml", &shown);
    assert_eq!(sandbox.run("config show").stdout, shown);
}

#[test]
fn misspelt_settings_stop_the_program() {
    let sandbox = Sandbox::new();
    sandbox.write("recto.toml", "[serve]\nlistn = \"127.0.0.1:1\"\n");
    check!(sandbox, "status", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: unknown setting `serve.listn` in recto.toml; did you mean `serve.listen`?
    ");
    check!(sandbox, "status --config absent.toml", @r"
    exit code: 2
    ----- stdout -----

    ----- stderr -----
    error: cannot read the configuration file `absent.toml`
    ");
}
