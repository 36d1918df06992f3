"""A PostgreSQL of one's own: under a temporary directory, reached through a socket in it."""

import os
import subprocess
from pathlib import Path

# As root it refuses to run.
NOBODY = "nobody"


class Database:
    def __init__(self, directory: Path):
        versions = Path("/usr/lib/postgresql").iterdir()
        newest = max((version for version in versions if (version / "bin/initdb").exists()), key=lambda path: int(path.name))
        self.programs, self.directory = newest / "bin", directory
        directory.mkdir()
        if os.geteuid() == 0:
            subprocess.run(["chown", NOBODY, directory], check=True)
            # Nobody has to get there.
            for above in directory.parents:
                if above != Path("/") and above != Path("/tmp"):
                    above.chmod(above.stat().st_mode | 0o011)
        self.run("initdb", "--pgdata", "data", "--username", "recto", "--auth", "trust", "--no-sync")
        self.start()

    def start(self):
        """Unless it runs already."""
        if (self.directory / "data/postmaster.pid").exists():
            return
        options = "-c listen_addresses= -c unix_socket_directories=. -c fsync=off -c max_connections=200"
        self.run("pg_ctl", "--pgdata", "data", "--log", "log", "--wait", "--options", options, "start")

    def stop(self, mode: str = "immediate"):
        self.run("pg_ctl", "--pgdata", "data", "--mode", mode, "--wait", "stop")

    @property
    def url(self) -> str:
        return f"host={self.directory / 'data'} user=recto dbname=postgres"

    def ask(self, sql: str) -> list[list[str]]:
        command = [self.programs / "psql", "--no-psqlrc", "-tA", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url, "-c", sql]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [line.split("\t") for line in answer.splitlines()]

    def run(self, program: str, *arguments: str):
        command = [self.programs / program, *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "--user", NOBODY, "--", *command]
        # The server would hold a pipe open for as long as it runs.
        with (self.directory.parent / "said").open("wb") as said:
            subprocess.run(command, check=True, cwd=self.directory, env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
