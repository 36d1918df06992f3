#!/usr/bin/env python3
"""The service under clients that mean it no good, under load, and when it is told to end.

    service.py [--full] BINARY FOLDER [CAMPAIGN…]

FOLDER holds PDFs. Reduced campaigns take about a minute altogether; with --full they are those of the requirements:

slow      1,000 silent connections, 200 senders of heads and 50 of bodies at a byte a second, 20 readers of nothing, for
          60 s: a client that asks is always answered, 99 of 100 times within 500 ms, and the senders are let go in time
load      16 clients for 60 s while an ingest runs: no request fails
end       SIGTERM ten times under load, with half a request and a silent connection open while an ingest runs: exit code
          0 within 30 s, and the library is sound afterwards
files     three times as many connections as file descriptors: who asks is answered, and the processor rests
queries   18 kinds of query that grow without end: answered or refused within 2 s, the same process
uploads   200 MiB cost less than 16 MiB while they come in, 201 MiB are refused and leave nothing; hostile names; 50 of the
          same bytes at once are one report; each is known within 5 s
logins    200 wrong passwords at once: at most four are hashed, and 99 of 100 searches meanwhile take at most 500 ms
nonsense  10,000 requests made of pieces that two readers understand differently, or nobody: no 5xx, every answer with the
          headers of all, the same process
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import time

from serving.client import Service, ask_on, connect, fail, health, percentile, read_answer, request, search
from serving.logins import logins
from serving.uploads import settings as uploading
from serving.uploads import uploads

HEAD_DEADLINE, BODY_DEADLINE = 12, 32
# Descriptors that a service has which has too few.
FILES = 80
CAMPAIGNS = ["slow", "files", "queries", "nonsense", "uploads", "logins", "load", "end"]


async def hold(service, source, end, lives, head=b"", drip=None):
    """Opens a connection, sends `head` and then a byte a second, again whenever it is closed."""
    while time.monotonic() < end:
        started = time.monotonic()
        try:
            reader, writer = await connect(service, source)
            writer.write(head)
            while time.monotonic() < end:
                if drip:
                    writer.write(drip)
                    await writer.drain()
                try:
                    if not await asyncio.wait_for(reader.read(65536), 1):
                        break
                except asyncio.TimeoutError:
                    pass
            writer.close()
            if time.monotonic() < end:
                lives.append(time.monotonic() - started)
        except OSError:
            pass
        await asyncio.sleep(1)


async def stall(service, source, end):
    """Asks for all there is and reads none of it."""
    try:
        reader, writer = await connect(service, source)
        reader._transport.pause_reading()
        writer.write(request("/search.ndjson?q=the&op=or"))
        await asyncio.sleep(max(0, end - time.monotonic()))
        writer.close()
    except OSError:
        pass


async def slow(service, full):
    silent, heads, bodies, stalled, seconds = (1000, 200, 50, 20, 60) if full else (200, 60, 20, 10, 15)
    end = time.monotonic() + seconds
    head_lives, body_lives, times, statuses = [], [], [], {}
    source = lambda number: f"127.0.1.{number % 40 + 1}"
    post = b"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
    tasks = [hold(service, source(n), end, []) for n in range(silent)]
    tasks += [hold(service, source(n), end, head_lives, b"GET / HTTP/1.1\r\nX: ", b"x") for n in range(heads)]
    tasks += [hold(service, source(n), end, body_lives, post, b" ") for n in range(bodies)]
    tasks += [stall(service, source(n), end) for n in range(stalled)]
    background = [asyncio.create_task(task) for task in tasks]
    await asyncio.sleep(2)
    await ask_on(service, end, times, statuses, True)
    memory = service.memory()
    for task in background:
        task.cancel()
    await asyncio.gather(*background, return_exceptions=True)
    service.check()
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    print(f"slow: {silent} silent, {heads} + {bodies} slow, {stalled} stalled, {seconds} s: {sum(statuses.values())} "
          f"searches, p50 {p50:.0f} ms, p99 {p99:.0f} ms, {memory} MiB; senders of heads let go after at most "
          f"{max(head_lives, default=0):.1f} s, of bodies {max(body_lives, default=0):.1f} s")
    if set(statuses) != {200} or p99 >= 500:
        fail(f"a client that asks is not served well: {statuses}")
    if not head_lives or max(head_lives) > HEAD_DEADLINE:
        fail("senders of heads are not let go in time")
    if full and (not body_lives or max(body_lives) > BODY_DEADLINE):
        fail("senders of bodies are not let go in time")


async def files(service, full):
    """More connections than file descriptors: those who ask are answered, and the processor rests."""
    open_ones = [await connect(service, f"127.0.2.{number % 40 + 1}") for number in range(FILES * 3)]
    before, started = service.processor_time(), time.monotonic()
    await asyncio.sleep(5)
    share = (service.processor_time() - before) / (time.monotonic() - started)
    times, statuses = [], {}
    await ask_on(service, time.monotonic() + 3, times, statuses, True)
    for _, writer in open_ones:
        writer.close()
    service.check()
    print(f"files: {len(open_ones)} connections for {FILES} descriptors: {share:.0%} of a core while nobody asks, {sum(statuses.values())} "
          f"searches, the slowest {max(times) * 1000:.0f} ms")
    if set(statuses) != {200} or share > 0.3:
        fail(f"not served without descriptors: {statuses}")


def unique_copies(folder, into, number):
    """PDFs of their own identity: a comment after the end changes the bytes and nothing else."""
    originals = sorted(path for path in pathlib.Path(folder).rglob("*.pdf"))
    into.mkdir(parents=True)
    for copy in range(number):
        original = originals[copy % len(originals)]
        (into / f"{copy}.pdf").write_bytes(original.read_bytes() + b"\n%% %d %d\n" % (copy, time.time_ns()))


async def load(service, full):
    seconds = 60 if full else 10
    end = time.monotonic() + seconds
    times, statuses = [], {}
    before = await health(service)
    clients = [asyncio.create_task(ask_on(service, end, times, statuses, False)) for _ in range(16)]
    results = await asyncio.gather(*clients, return_exceptions=True)
    after = await health(service)
    service.check()
    print(f"load: 16 clients, {seconds} s, generation {before['generation']} to {after['generation']}: {len(times)} searches, "
          f"p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, p99 {percentile(times, 0.99):.0f} ms, "
          f"{service.memory()} MiB, {statuses}")
    failures = [result for result in results if result is not None]
    if failures or set(statuses) != {200}:
        fail(f"requests failed under load: {statuses} {failures[:3]}")
    if not before["ingesting"] or before["generation"] == after["generation"]:
        fail("no ingest was running")


async def press(service):
    """A client that asks until the service ends; how often an answer broke off in the middle."""
    number, broken = random.randrange(1000), 0
    try:
        reader, writer = await connect(service)
        while True:
            writer.write(search(number))
            number += 1
            head = await reader.readuntil(b"\r\n\r\n")
            try:
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                await reader.readexactly(int(length[0].split(b":")[1]))
            except asyncio.IncompleteReadError:
                broken += 1
    except (OSError, asyncio.IncompleteReadError):
        return broken


async def end_once(service):
    clients = [asyncio.create_task(press(service)) for _ in range(8)]
    _, silent = await connect(service)
    _, half = await connect(service)
    half.write(b"GET / HTTP/1.1\r\nHost: ")
    await asyncio.sleep(random.uniform(0.2, 1.5))
    code, seconds = await asyncio.to_thread(service.stop)
    broken = sum(await asyncio.gather(*clients))
    silent.close()
    half.close()
    return code, seconds, broken


def end(binary, folder, place, full):
    slowest = 0
    for turn in range(10 if full else 3):
        copies = place / f"copies-{turn}"
        unique_copies(folder, copies, 300)
        service = Service(binary, place / "index-end", "--ingest", str(copies))
        code, seconds, broken = asyncio.run(end_once(service))
        slowest = max(slowest, seconds)
        if code != 0 or seconds > 30 or broken:
            fail(f"turn {turn}: exit code {code} after {seconds:.1f} s, {broken} answers broken off")
    verified = subprocess.run([binary, "verify", "--index", str(place / "index-end")], capture_output=True, text=True)
    print(f"end: {turn + 1} times under load and ingest, exit code 0 within {slowest:.1f} s, verify says {verified.returncode}")
    if verified.returncode != 0:
        fail(verified.stdout + verified.stderr)


PIECES = [b"GET", b"POST", b"PUT", b"get", b" ", b"  ", b"\t", b"/", b"/api/v1/search?q=", b"/reports/", b"%00", b"%2e%2e/", b"%ff",
          b"../", b"*", b"http://other/", b" HTTP/1.1", b" HTTP/1.0", b" HTTP/2.0", b"\r\n", b"\n", b"\r", b"\0", b"Host: a\r\n",
          b"Host: b\r\n", b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Content-Length: -1\r\n", b"Content-Length: 5, 6\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity, chunked\r\n", b"Transfer-Encoding : chunked\r\n",
          b"5\r\nhello\r\n", b"0\r\n\r\n", b"fffffffffffffffff\r\n", b"5;x=\"\r\n", b"Expect: 100-continue\r\n", b"Range: bytes=0-,-1,x\r\n",
          b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"If-None-Match: \"\r\n", b"Content-Type: application/json\r\n", b"{\"q\":1}",
          b"X-Forwarded-For: <script>\r\n", b"\r\n\r\n", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\xff\xfe", b"a" * 9000]


async def nonsense_once(service, dice, statuses):
    head = [] if dice.random() < 0.3 else [dice.choice(PIECES[:4]), b" ", dice.choice(PIECES[7:16]), dice.choice(PIECES[16:19]), b"\r\n"]
    sent = b"".join(head + dice.choices(PIECES, k=dice.randrange(1, 12)) + ([b"\r\n\r\n"] if dice.random() < 0.7 else []))
    try:
        reader, writer = await connect(service)
        writer.write(sent)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 40)
        writer.close()
    except OSError:
        answer = b""
    words = answer.split(b" ", 2)
    status = words[1].decode() if answer.startswith(b"HTTP/1.") else "closed"
    statuses[status] = statuses.get(status, 0) + 1
    if status.startswith("5"):
        fail(f"{sent!r} is answered {answer[:200]!r}")
    if len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) != answer.count(b"\r\ncontent-security-policy: "):
        fail(f"{sent!r} has an answer without the headers of every answer: {answer[-500:]!r}")


async def nonsense(service, full):
    dice, statuses, number = random.Random(7), {}, 10_000 if full else 1_500
    process = service.process.pid
    for _ in range(number // 20):
        await asyncio.gather(*(nonsense_once(service, dice, statuses) for _ in range(20)))
    service.check()
    if (await health(service))["status"] != "ok" or service.process.pid != process:
        fail("the service is not well")
    print(f"nonsense: {number} requests: {dict(sorted(statuses.items()))}")


GENERATORS = {
    "nested": lambda n: "(" * n + "a" + ")" * n, "open": lambda n: "(" * n, "plus": lambda n: "+" * n + "a", "minus": lambda n: "-" * n + "a",
    "not": lambda n: "NOT " * n + "a", "plus-open": lambda n: "+(" * n + "a", "not-open": lambda n: "NOT (" * n + "a",
    "field-open": lambda n: "title:(" * n + "a", "terms": lambda n: " ".join(f"a{i}" for i in range(n)), "or": lambda n: "a OR " * n + "b",
    "phrase": lambda n: '"' + "a b " * n + '"', "prefixes": lambda n: "wat* " * n, "typos": lambda n: "watre~2 " * n,
    "slop": lambda n: '"a b"~' + "9" * n, "quotes": lambda n: '"' * n, "long": lambda n: "a" * n, "nul": lambda n: "a\0" * n,
    "bidi": lambda n: "\u202e" * n,
}


async def queries(service, full):
    sizes = (10, 100, 1_000, 10_000, 65_000) if full else (10, 300, 10_000)
    statuses, slowest = {}, (0, "")
    for name, generate in GENERATORS.items():
        for size in sizes:
            query = generate(size)
            encoded = "".join(f"%{byte:02x}" for byte in query.encode())
            body = json.dumps({"q": query}).encode()
            head = f"POST /api/v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            for sent in (request(f"/api/v1/search?q={encoded}"), head.encode() + body):
                started = time.monotonic()
                reader, writer = await connect(service)
                try:
                    writer.write(sent)
                    status, _ = await asyncio.wait_for(read_answer(reader), 30)
                except (OSError, asyncio.IncompleteReadError):
                    # Refused and closed before all of it was sent.
                    status = 0
                writer.close()
                slowest = max(slowest, (time.monotonic() - started, f"{name} {size}"))
                statuses[status] = statuses.get(status, 0) + 1
                if status not in (0, 200, 400, 413, 414, 431):
                    fail(f"{name} × {size} is answered {status}")
    service.check()
    if (await health(service))["status"] != "ok":
        fail("the service is not well")
    print(f"queries: {len(GENERATORS)} kinds of up to {sizes[-1]}: {dict(sorted(statuses.items()))}, slowest {slowest[0] * 1000:.0f} ms ({slowest[1]})")
    if slowest[0] >= 2:
        fail("a query takes two seconds")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("folder")
    parser.add_argument("campaigns", nargs="*", default=CAMPAIGNS)
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_intermixed_args()
    binary = os.path.abspath(arguments.binary)
    random.seed(7)
    with tempfile.TemporaryDirectory(prefix="recto-service-") as place:
        place = pathlib.Path(place)
        index = place / "index"
        subprocess.run([binary, "ingest", arguments.folder, "--index", str(index), "--progress", "never", "--quiet"], capture_output=True)
        for campaign in arguments.campaigns:
            if campaign == "end":
                end(binary, arguments.folder, place, arguments.full)
                continue
            options = []
            if campaign == "load":
                unique_copies(arguments.folder, place / "copies", 3000 if arguments.full else 400)
                options = ["--ingest", str(place / "copies")]
            changed = uploading(arguments.full) if campaign == "uploads" else None
            service = Service(binary, index, *options, files=FILES if campaign == "files" else None, settings=changed)
            try:
                if campaign in ("uploads", "logins"):
                    asyncio.run({"uploads": uploads, "logins": logins}[campaign](service, binary, index, arguments.full))
                else:
                    asyncio.run({"slow": slow, "load": load, "nonsense": nonsense, "queries": queries, "files": files}[campaign](service, arguments.full))
                code, seconds = service.stop()
            finally:
                service.process.kill()
                service.process.wait()
            if code != 0 or seconds > 30:
                fail(f"after {campaign}: exit code {code} after {seconds:.1f} s")


if __name__ == "__main__":
    main()
