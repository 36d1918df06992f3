//! A Chromium that is told what to do: its own protocol over a pair of pipes, one JSON message ended by NUL each.

use crate::cli::sandbox::Sandbox;
use crate::cli::server::PATIENCE;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A page in a running browser.
pub struct Tab {
    browser: Child,
    commands: File,
    messages: BufReader<File>,
    session: Option<String>,
    sent: u64,
}

impl Tab {
    /// Starts the browser and opens an empty page.
    pub fn open(program: &str, sandbox: &Sandbox) -> Tab {
        let (commands, messages) = (sandbox.path("commands"), sandbox.path("messages"));
        let made = Command::new("mkfifo").arg(&commands).arg(&messages).status().expect("mkfifo runs");
        assert!(made.success(), "no pipes");
        // The browser reads commands from descriptor 3 and writes messages to descriptor 4.
        let browser = Command::new("sh")
            .args(["-c", "in=$1 out=$2; shift 2; exec \"$@\" 3<\"$in\" 4>\"$out\"", "sh"])
            .arg(&commands)
            .arg(&messages)
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", sandbox.path("profile").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let commands = OpenOptions::new().write(true).open(commands).expect("a pipe to the browser");
        let messages = BufReader::new(File::open(messages).expect("a pipe from the browser"));
        let mut tab = Tab { browser, commands, messages, session: None, sent: 0 };
        let target = tab.call("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = tab.call("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        tab.session = attached["sessionId"].as_str().map(str::to_owned);
        tab
    }

    /// Sends a command and waits for its result.
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.sent += 1;
        let mut command = json!({"id": self.sent, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            command["sessionId"] = session.as_str().into();
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut message = Vec::new();
            self.messages.read_until(0, &mut message).expect("the browser answers");
            assert!(message.pop().is_some(), "the browser ended");
            let message: Value = serde_json::from_slice(&message).expect("JSON");
            if message["id"] == self.sent {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    /// Goes to an address; what is on the page is to be waited for.
    pub fn go(&mut self, address: &str) {
        self.call("Page.navigate", &json!({"url": address}));
    }

    /// The value of a script's expression on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true});
        self.call("Runtime.evaluate", &parameters)["result"]["value"].clone()
    }

    /// Waits until an expression has this value.
    pub fn wait(&mut self, expression: &str, expected: &Value) {
        let started = Instant::now();
        loop {
            let value = self.value(expression);
            if value == *expected {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "{expression} is {value}, not {expected}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Types a text where the focus is.
    pub fn enter(&mut self, text: &str) {
        self.call("Input.insertText", &json!({"text": text}));
    }

    /// Presses a key such as `ArrowDown`.
    pub fn press(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowUp" => 38,
            _ => 40,
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let parameters =
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", &parameters);
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.session = None;
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
