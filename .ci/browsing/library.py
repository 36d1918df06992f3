"""A library to browse: reports made for it, people with accounts, and the service that shows it."""

import socket
import subprocess
import tempfile
import time
import urllib.request

PASSWORD = "marmots whistle at dawn"
STARTING = 30  # seconds; far longer than it takes


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def pdf(title, author, lines, size=12):
    """A report of one page with a line of text each, letters of so many points."""
    def text(value):
        return value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("latin-1", "replace")

    drawn = b"".join(b"BT /F %d Tf 60 %d Td (%s) Tj ET\n" % (size, 740 - 24 * at, text(line)) for at, line in enumerate(lines))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) /Author (%s) >>" % (text(title), text(author)),
    ]
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + tail


def answering(base):
    """Waits for a service that is starting."""
    until = time.monotonic() + STARTING
    while True:
        try:
            urllib.request.urlopen(f"{base}/readyz").close()
            return
        except OSError:
            assert time.monotonic() < until, "the service does not answer"
            time.sleep(0.05)


def somebody(binary, index, name, role):
    """An account that can log in."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(PASSWORD + "\n")
        file.flush()
        command = [binary, "--index", index, "accounts", "create", name, "--role", role, "--password-file", file.name]
        made = subprocess.run(command, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
