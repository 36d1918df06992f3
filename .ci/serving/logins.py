"""Passwords tried by many at once, while others search."""

import asyncio
import json
import subprocess
import tempfile
import time

from .client import ask, ask_on, fail, percentile, request

# MiB: one hash takes 19, at most four are made at once, and connections and searches need some, too.
MOST = 128
NAME, PASSWORD = "Ada", "marmots whistle at dawn"


def log_in(name, password):
    body = json.dumps({"name": name, "password": password}).encode()
    return request("/api/v1/session", f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n", "POST") + body


async def logins(service, binary, index, full):
    number = 200 if full else 60
    with tempfile.NamedTemporaryFile("w") as secret:
        secret.write(PASSWORD + "\n")
        secret.flush()
        subprocess.run([binary, "--index", str(index), "accounts", "create", NAME, "--role", "reader", "--password-file", secret.name],
                       capture_output=True, check=True)
    # What searches need of the index is there before.
    warm, times, statuses = [], [], {}
    await ask_on(service, time.monotonic() + 2, warm, statuses, True)
    before = service.memory()
    # Each from an address of its own, as none may try often; some of them names that are known.
    tries = [ask(service, log_in(NAME if at < 5 else f"nobody {at}", "not the password"), f"127.0.3.{at + 1}") for at in range(number)]
    started = time.monotonic()
    trying = asyncio.gather(*tries)
    memory = asyncio.create_task(service.most_memory(trying))
    searching = asyncio.create_task(ask_on(service, time.monotonic() + 60, times, statuses, True))
    answers = await trying
    taken = time.monotonic() - started
    searching.cancel()
    grown = await memory - before
    status, _ = await ask(service, log_in(NAME, PASSWORD), "127.0.4.1")
    service.check()
    print(f"logins: {number} wrong passwords at once take {taken:.1f} s and {grown} MiB; {len(times)} searches meanwhile, "
          f"p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms (alone {percentile(warm, 0.99):.0f} ms)")
    if {status for status, _ in answers} != {401} or set(statuses) != {200}:
        fail(f"logins are answered {sorted({status for status, _ in answers})}, searches {statuses}")
    if grown >= MOST:
        fail("more than four passwords were hashed at once")
    if percentile(times, 0.99) >= 500:
        fail("searches wait for passwords")
    if status not in (200, 429):
        fail(f"the right password is answered {status} afterwards")
