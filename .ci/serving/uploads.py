"""Reports handed over by clients that mean it no good, or merely many at once."""

import asyncio
import json
import subprocess
import time
import urllib.parse

from browsing.library import pdf

from .client import ask, connect, fail, read_answer, request

MIB = 1 << 20
# The largest PDF that is taken.
LIMIT, FULL_LIMIT = 64 * MIB, 200 * MIB
# What the resident set may grow by while one comes in.
ROOM = 16
NAMES = ["../../x", "..\\x", "C:\\x", "/etc/passwd", "a\0b", "CON", "x" * 300, "\x1b[2J\r\n\x07", "\u202efdp.exe", "", ".", "..", ".part-x", "%2e%2e%2f",
         "x.pdf\r\nX-Header: 1", "<script>"]
TOGETHER = 50
KNOWN_WITHIN = 5  # seconds


def settings(full):
    return {"RECTO_SERVE__UPLOAD_BYTES": str(FULL_LIMIT if full else LIMIT)}


class Uploads:
    """Somebody with a key, and the folder where what is handed over is kept."""

    def __init__(self, service, binary, index):
        self.service, self.folder = service, index / "uploads"
        made = subprocess.run([binary, "--index", str(index), "keys", "create", "--name", f"campaign {time.time_ns()}", "--scope", "ingest"],
                              capture_output=True, text=True, check=True)
        self.key = made.stdout.split()[-1]

    def head(self, length, name=None, kind="application/pdf"):
        path = "/api/v1/reports" if name is None else f"/api/v1/reports?name={urllib.parse.quote(name, safe='')}"
        body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        return request(path, f"Authorization: Bearer {self.key}\r\nContent-Type: {kind}\r\n{body}\r\n", "POST")

    async def hand_over(self, body, name=None, kind="application/pdf"):
        status, answer = await ask(self.service, self.head(len(body), name, kind) + body)
        return status, json.loads(answer)

    def kept(self):
        """What lies in the folder, whole or begun."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []

    async def known(self, report, word, seconds=4 * KNOWN_WITHIN):
        """How many seconds until a report is found by a word of it, or its failure told."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            _, found = await ask(self.service, request(f"/api/v1/search?q={word}"))
            if report["id"] in [hit["id"] for hit in json.loads(found)["hits"]]:
                return time.monotonic() - started
            _, failed = await ask(self.service, request("/api/v1/failures?limit=100", f"Authorization: Bearer {self.key}\r\n"))
            if any(report["id"] in json.dumps(failure) for failure in json.loads(failed)["failures"]):
                return time.monotonic() - started
            await asyncio.sleep(0.05)
        fail(f"{report} is not known after {seconds} s")


def report_of_its_own():
    """A PDF that is like no other, and the word by which it is found."""
    word = f"marmot{time.time_ns()}"
    return pdf(f"A report with {word}", "Nobody", [f"It was handed over with {word}."]), word


async def given_up(campaign, limit):
    """A client that goes away in the middle leaves nothing. What the threads need for their first upload, which is not
    more for a larger one, is taken with it."""
    _, writer = await connect(campaign.service)
    writer.write(campaign.head(limit) + b"%PDF-1.7\n" + bytes(limit // 4))
    await writer.drain()
    await until(lambda: any(name.startswith(".part-") for name in campaign.kept()), "an upload is not begun")
    writer.close()
    await until(lambda: not campaign.kept(), "an upload that was given up is kept")


async def until(holds, otherwise, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            fail(f"{otherwise} after {seconds} s")
        await asyncio.sleep(0.02)


async def large(campaign, limit):
    """The largest PDF that is taken, and larger ones: told their length or not."""
    service, piece = campaign.service, bytes(MIB)
    await given_up(campaign, limit)
    reader, writer = await connect(service)
    before = most = service.memory()
    writer.write(campaign.head(limit) + b"%PDF-1.7\n")
    for _ in range(limit // MIB - 1):
        writer.write(piece)
        await writer.drain()
        most = max(most, service.memory())
    if not [name for name in campaign.kept() if name.startswith(".part-")]:
        fail("nothing of it is on disk while it comes in")
    # The rest of it is sent once it was seen what the rest cost.
    writer.write(piece[:MIB - len(b"%PDF-1.7\n")])
    status, answer = await read_answer(reader)
    writer.close()
    if status != 201 or most - before >= ROOM:
        fail(f"{limit // MIB} MiB are answered {status} and cost {most - before} MiB")
    kept = campaign.kept()
    told, _ = await ask(service, campaign.head(limit + MIB) + b"%PDF-1.7\n")
    reader, writer = await connect(service)
    writer.write(campaign.head(None) + b"9\r\n%PDF-1.7\n\r\n")
    try:
        for _ in range(limit // MIB + 1):
            writer.write(b"%x\r\n" % MIB + piece + b"\r\n")
            await writer.drain()
    except OSError:
        pass  # it was refused before all of it was sent
    untold, _ = await read_answer(reader)
    writer.close()
    if (told, untold) != (413, 413) or campaign.kept() != kept:
        fail(f"larger ones are answered {told} and {untold}, and leave {set(campaign.kept()) - set(kept)}")
    await campaign.known(json.loads(answer), "marmot", 60)
    return most - before


async def names(campaign, full):
    """Whatever a file is called is told, but is no path."""
    slowest = 0
    for number, name in enumerate(NAMES):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\n", "").replace("\0", "")
        for way in ("query", "form") if full else ("query", "form")[number % 2:][:1]:
            body, word = report_of_its_own()
            kind = "application/pdf"
            if way == "form":
                kind = "multipart/form-data; boundary=part"
                start = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\nContent-Type: application/pdf\r\n\r\n'
                body = start.encode() + body + b"\r\n--part--\r\n"
            status, report = await campaign.hand_over(body, name if way == "query" else None, kind)
            if status == 400 and way == "form" and not name.isprintable():
                continue  # such a form is none
            if status != 201:
                fail(f"{name!r} by {way} is answered {status} {report}")
            slowest = max(slowest, await campaign.known(report, word))
            _, found = await ask(campaign.service, request(f"/api/v1/reports/{report['id']}"))
            shown = json.loads(found)["file"]
            if any(ord(character) < 32 or character in "/\\\u202e" for character in shown.split("/")[-1]) or len(shown) > 4_096:
                fail(f"{name!r} by {way} is shown as {shown!r}")
    strange = [name for name in campaign.kept() if not (name.endswith(".pdf") and len(name) == 68 and int(name[:64], 16))]
    if strange:
        fail(f"files of other names are kept: {strange}")
    return slowest


async def together(campaign):
    """The same bytes from many at once are one file and one report."""
    kept = campaign.kept()
    body, word = report_of_its_own()
    answers = await asyncio.gather(*(campaign.hand_over(body, f"{number}.pdf") for number in range(TOGETHER)))
    new = [report for status, report in answers if status == 201]
    if len(new) != 1 or {status for status, _ in answers} != {200, 201} or len({report["id"] for _, report in answers}) != 1:
        fail(f"{TOGETHER} at once are answered {sorted(status for status, _ in answers)}")
    await campaign.known(new[0], word)
    _, found = await ask(campaign.service, request(f"/api/v1/search?q={word}"))
    hits = json.loads(found)["hits"]
    if len(set(campaign.kept()) - set(kept)) != 1 or [hit["id"] for hit in hits] != [new[0]["id"]]:
        fail(f"{TOGETHER} at once are the files {set(campaign.kept()) - set(kept)} and the reports {hits}")


async def uploads(service, binary, index, full):
    campaign, limit = Uploads(service, binary, index), FULL_LIMIT if full else LIMIT
    grown = await large(campaign, limit)
    slowest = await names(campaign, full)
    await together(campaign)
    service.check()
    print(f"uploads: {limit // MIB} MiB cost {grown} MiB while they come in, {limit // MIB + 1} MiB are refused; {len(NAMES)} names are "
          f"no paths, known within {slowest:.1f} s; {TOGETHER} of the same bytes are one report")
    if slowest > KNOWN_WITHIN:
        fail(f"a report is known after {slowest:.1f} s")
