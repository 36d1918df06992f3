"""A running service, and clients that ask it."""

import asyncio
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

QUERIES = ["report", "cash transfer", "\"the report\"", "wat*", "evaluation OR summary", "a", "year:2020..2023 page",
           "nothingatall", "(deep (deep", "recommendation -cost"]


def fail(message):
    sys.exit(f"FAILED: {message}")


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Service:
    """A running `recto serve`."""

    def __init__(self, binary, index, *arguments, files=None, settings=None):
        command = [binary, "serve", "--index", str(index), "--listen", "127.0.0.1:0", "--progress", "never", *arguments]
        self.log = tempfile.NamedTemporaryFile("w+", prefix="service-", suffix=".log")
        # Commits come often, so that searches meet many of them.
        environment = {**os.environ, "RECTO_INGEST__COMMIT_PAGES": "50", **(settings or {})}
        self.process = subprocess.Popen(command, stderr=self.log, stdout=subprocess.DEVNULL, env=environment,
                                        preexec_fn=files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))))
        end = time.monotonic() + 60
        while True:
            text = pathlib.Path(self.log.name).read_text()
            lines = [line for line in text.splitlines() if line.startswith("listening on http://")]
            if lines:
                host, port = lines[0].split("//")[1].split("/")[0].split(":")
                self.address = (host, int(port))
                return
            if self.process.poll() is not None or time.monotonic() > end:
                fail(f"the service did not start: {text}")
            time.sleep(0.02)

    def stop(self):
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            fail("the service did not end within 40 s")
        return code, time.monotonic() - started

    def processor_time(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """The resident set in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024

    async def most_memory(self, until):
        """The largest resident set in MiB as long as a task runs."""
        most = 0
        while not until.done():
            most = max(most, self.memory())
            await asyncio.sleep(0.005)
        return most

    def check(self):
        if self.process.poll() is not None:
            fail(f"the service ended: {pathlib.Path(self.log.name).read_text()[-2000:]}")


async def connect(service, source=None):
    local = (source, 0) if source else None
    return await asyncio.open_connection(*service.address, local_addr=local)


async def read_answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    if length:
        return status, await reader.readexactly(int(length[0].split(b":")[1]))
    body = b""
    while True:
        size = int(await reader.readline(), 16)
        piece = await reader.readexactly(size + 2)
        if size == 0:
            return status, body
        body += piece[:-2]


def request(path, headers="", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: library\r\n{headers}\r\n".encode()


async def ask(service, sent, source=None):
    """Status and body of one request on a connection of its own."""
    reader, writer = await connect(service, source)
    writer.write(sent)
    answer = await asyncio.wait_for(read_answer(reader), 60)
    writer.close()
    return answer


def search(number):
    query = "".join(f"%{byte:02x}" for byte in QUERIES[number % len(QUERIES)].encode())
    return request((f"/api/v1/search?q={query}", f"/?q={query}")[number // len(QUERIES) % 2])


async def ask_on(service, end, times, statuses, renew):
    """Searches one after another until `end`; with `renew`, each on a connection of its own."""
    reader = writer = None
    number = random.randrange(1000)
    while time.monotonic() < end:
        started = time.monotonic()
        if writer is None:
            reader, writer = await connect(service)
        writer.write(search(number))
        status, _ = await asyncio.wait_for(read_answer(reader), 30)
        times.append(time.monotonic() - started)
        statuses[status] = statuses.get(status, 0) + 1
        number += 1
        if renew:
            writer.close()
            writer = None
            await asyncio.sleep(0.01)
    if writer:
        writer.close()


async def health(service):
    reader, writer = await connect(service)
    writer.write(request("/healthz"))
    _, body = await read_answer(reader)
    writer.close()
    return json.loads(body)
