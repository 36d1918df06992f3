#!/usr/bin/env python3
"""Asks a running service everything its own description allows, and much that it does not (schemathesis).

    .ci/schemathesis.py BINARY FIXTURES [--examples N]

Ingests the fixtures, starts `recto serve` on them, and runs schemathesis over `/openapi.json` as somebody without a
key, then with a key of each scope. No answer may be a server's error but a 503 that asks for patience, and every answer
must be one that the description tells of, in status, type and shape. The service must be the same process at the end.
Without `schemathesis` on the path it is installed into a temporary environment. N is 15 by default, for a minute or two;
a campaign takes 500.
"""

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

VERSION = "4.32.5"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# A service may be too busy or unable to write; both are told with Retry-After.
CONFIG = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
"""


def schemathesis(scratch):
    """The program, installed if need be."""
    found = shutil.which("schemathesis")
    if found:
        return found
    environment = scratch / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin/pip", "install", "--quiet", f"schemathesis=={VERSION}"], check=True)
    return environment / "bin/schemathesis"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(address):
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                sys.exit("the service does not become ready")
            time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--examples", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary, fixtures = options.binary.resolve(), options.fixtures.resolve()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        program = schemathesis(scratch)
        roots = scratch / "roots"
        roots.mkdir()
        (scratch / "recto.toml").write_text(f'[serve]\ningest_roots = ["{roots}"]\nsearch_rate = 0\n')
        (scratch / "schemathesis.toml").write_text(CONFIG)

        def recto(*arguments, codes=(0, 3)):
            done = subprocess.run([binary, *arguments], cwd=scratch, capture_output=True, text=True, timeout=300)
            if done.returncode not in codes:
                sys.exit(f"recto {' '.join(map(str, arguments))}: {done.returncode}\n{done.stderr[-4000:]}")
            return done.stdout.strip()

        recto("ingest", fixtures)
        keys = {scope: recto("keys", "create", "--name", scope, "--scope", scope) for scope in ("search", "ingest", "admin")}
        address = f"http://127.0.0.1:{free_port()}"
        with open(scratch / "log", "w") as log:
            service = subprocess.Popen(
                [binary, "serve", "--listen", address.removeprefix("http://")], cwd=scratch, stderr=log, stdout=log
            )
        failed = []
        try:
            wait_until_ready(address)
            for role in ("nobody", *keys):
                command = [program, "--config-file", scratch / "schemathesis.toml", "run", f"{address}/openapi.json"]
                command += ["--checks", CHECKS, "--max-examples", str(options.examples), "--seed", str(options.seed)]
                command += ["--phases", "examples,coverage,fuzzing", "--no-color", "--continue-on-failure"]
                command += ["--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all"]
                if role in keys:
                    command += ["--header", f"Authorization: Bearer {keys[role]}"]
                started = time.monotonic()
                done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=3600)
                print(f"{'ok ' if done.returncode == 0 else 'BAD'} {role}: {time.monotonic() - started:.0f} s")
                if done.returncode != 0:
                    failed.append(role)
                    print(done.stdout[-12000:], done.stderr[-2000:])
            if service.poll() is not None:
                failed.append("the service ended")
        finally:
            service.send_signal(signal.SIGTERM)
            if service.wait(timeout=60) != 0:
                failed.append("the service did not end well")
        if failed:
            sys.exit(f"failed: {', '.join(failed)}\n{(scratch / 'log').read_text()[-4000:]}")
        print("every answer was one that the description tells of")


if __name__ == "__main__":
    main()
