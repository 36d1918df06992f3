#!/usr/bin/env python3
"""Shows texts that would be markup or scripts wherever texts from outside are shown, and looks in Chromium at what became of them.

    .ci/xss.py BINARY

Every payload of `browsing/payloads.py` stands in every field of FIELDS: in reports made for it, in corrections, comments,
addresses and forms. Chromium opens the pages with their content security policy switched off, so that escaping alone
must hold: no dialog opens, no script runs, no element or attribute is made of a payload, no link leads out, and each
payload is read, as it was written, where it belongs. Then some of the pages once more under their policy, which must
have nothing to complain of. Needs Chromium and its driver, else nothing but the standard library.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from browsing.chromium import Browser
from browsing.library import PASSWORD, answering, free_port, pdf, somebody
from browsing.payloads import PAYLOADS

# What holds a payload each, and the elements that show it.
FIELDS = {
    "title": "h1, h2, title, .suggestions bdi",
    "author": ".byline, .names, .facts",
    "publisher": ".publisher, .facts",
    "abstract": ".abstract",
    "tag": ".tags, .values, .headline",
    "recommendation": ".recommendations",
    "passage": ".passages mark, .passages",
    "text of a page": ".reading",
    "words on a picture": ".words",
    "file name": ".files, .facts, .about",
    "path of a file": ".failures",
    "name of an upload": ".handed",
    "query": "#q",
    "query in comments": ".talk h1",
    "error": "main .message",
    "comment": ".said",
    "account name": "form [name=name]",
}
NUMBER = {name: 100 * (place + 1) for place, name in enumerate(FIELDS)}
SETTINGS = {"RECTO_ACCOUNTS__REGISTRATION": "open", "RECTO_COMMENTS__RATE": "0", "RECTO_COMMENTS__MODERATION": "none"}
ADMINISTRATOR = "Mallory"
# Comments that turn what follows around, or fit nowhere.
UNWIELDY = ["\u202efdp.exe \u2066canary\u2069", "canary" + "x" * 3_990, "\u0928\u093f" * 1_500, "canary\n" * 300]

# The texts that fields show, and what no text may have become.
LOOK = """
const [fields] = arguments, shown = {}, wrong = [];
for (const [name, selector] of Object.entries(fields)) {
  const texts = [...document.querySelectorAll(selector)].map((each) => each.value ?? each.textContent);
  if (texts.length) shown[name] = texts.join(" ").replace(/\\s+/g, "");
}
if (typeof canary !== "undefined") wrong.push(`script ${canary} ran`);
for (const element of document.querySelectorAll("*")) {
  const name = element.localName;
  const isMade = element.hasAttribute("canary") || (name === "script" && !element.src && element.type !== "application/ld+json")
    || ["iframe", "object", "embed", "base", "math", "style", "foreignObject", "animate", "video"].includes(name);
  if (isMade) wrong.push(element.outerHTML.slice(0, 200));
  for (const attribute of element.attributes) {
    const leads = /^(xlink:)?(href|src|action|formaction|data|poster|ping)$/.test(attribute.name);
    const isOut = leads && new URL(attribute.value, location.href).origin !== location.origin;
    if (/^(on|style$|srcdoc$)/.test(attribute.name) || isOut) wrong.push(`${name} ${attribute.name}=${attribute.value}`);
  }
}
if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.textContent)) wrong.push("a text turns the direction of others");
const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (wide > 0) wrong.push(`${wide} px wider than the window`);
return [shown, wrong];
"""


def filled(field, number):
    """A payload as it stands in a field: the script says where it comes from."""
    return PAYLOADS[number].replace("RUN", f"alert(canary={NUMBER[field] + number})")


def word(number):
    """What only the reports of this payload have in their titles."""
    return f"canary{chr(97 + number // 26)}{chr(97 + number % 26)}"


def bare(text):
    """As it is compared: lines are broken where a page has no more room."""
    return "".join(text.split())


def file_name(number):
    """A payload as a file can be named: with other slashes."""
    return filled("file name", number).replace("/", "\u2215").replace("\\", "\u2216")


def path(number):
    """The same for a path, with all of its slashes but those that say nothing."""
    return filled("path of a file", number).replace("//", "/")


class Matrix:
    """What was looked for, and what was seen of it."""

    def __init__(self, browser, base):
        self.browser, self.base = browser, base
        numbers = range(len(PAYLOADS))
        self.missing = {field: {number: bare(filled(field, number)) for number in numbers} for field in FIELDS}
        self.missing["file name"] = {number: bare(file_name(number)) for number in numbers}
        self.missing["path of a file"] = {number: bare(path(number)) for number in numbers}
        # Names of parameters are cut.
        self.missing["error"] = {number: bare(filled("error", number)[:64]) for number in numbers}
        self.pages = 0

    def go(self, place):
        self.browser.go(self.base + place)
        self.look(place)

    def look(self, place):
        """Looks at the page that is shown."""
        self.pages += 1
        try:
            shown, wrong = self.browser.run(LOOK, FIELDS)
        except AssertionError as error:
            sys.exit(f"FAILED: {place}: {error}")
        if wrong:
            sys.exit(f"FAILED: {place}: {wrong}")
        for field, text in shown.items():
            missing = self.missing[field]
            self.missing[field] = {number: payload for number, payload in missing.items() if payload not in text}

    def finish(self):
        left = [f"{field}: {payload}" for field, missing in self.missing.items() for payload in missing.values()]
        if left:
            sys.exit(f"FAILED: {len(left)} payloads were shown nowhere:\n" + "\n".join(left))


def reports(folder):
    """A report for each payload, a report of all texts, and files that cannot be read."""
    for number in range(len(PAYLOADS)):
        text = [f"needle{number} {filled('passage', number)} follows"]
        made = pdf(f"{word(number)} {filled('title', number)}", PAYLOADS[number], text, 9)
        (folder / f"{number} {file_name(number)}.pdf").write_bytes(made)
        broken = folder / "broken" / f"{path(number)} end.pdf"
        broken.parent.mkdir(parents=True, exist_ok=True)
        broken.write_bytes(b"%%PDF-1.7\n%d nothing\n" % number)
    for field in ("text of a page", "words on a picture"):
        for part in range(0, len(PAYLOADS), 20):
            text = [filled(field, number) for number in range(part, min(part + 20, len(PAYLOADS)))]
            (folder / f"{field} {part}.pdf").write_bytes(pdf(f"{field} {part}", "The Printer", text))


class Writer:
    """Somebody who may do everything, by the API."""

    def __init__(self, base):
        self.base, self.cookie = base, ""
        with self.ask("POST", "/api/v1/session", {"name": ADMINISTRATOR, "password": PASSWORD}) as answer:
            self.cookies = [each.split(";")[0] for each in answer.headers.get_all("Set-Cookie")]
        self.cookie = "; ".join(self.cookies)

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        data = None if body is None else json.dumps(body).encode()
        try:
            return urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers, method=method))
        except urllib.error.HTTPError as error:
            sys.exit(f"FAILED: {method} {path} {body}: {error.code} {error.read().decode()}")

    def get(self, path):
        with self.ask("GET", path) as answer:
            return json.load(answer)

    def write(self, listed):
        """Corrects every report with its payloads, and comments on the first. Returns the ids of the reports by payload."""
        ids = {}
        for report in listed:
            if not (name := Path(report["file"]).name.split(" ")[0]).isdigit():
                continue
            number = int(name)
            ids[number] = report["id"]
            correction = {"authors": [filled("author", number)], "publisher": filled("publisher", number),
                          "abstract": filled("abstract", number), "tags": [filled("tag", number)],
                          "added_recommendations": [filled("recommendation", number)]}
            title = f"{word(number)} {filled('title', number)}"
            if report["title"] != title:
                # Not every payload is taken for a title when a report is read.
                correction["title"] = title
            self.ask("PUT", f"/api/v1/reports/{report['id']}/corrections", correction).close()
        for text in [*UNWIELDY, *(filled("comment", number) for number in range(len(PAYLOADS)))]:
            self.ask("POST", f"/api/v1/reports/{ids[0]}/comments", {"text": text, "page": 1}).close()
        return ids


def quoted(text):
    return urllib.parse.quote(text, safe="")


def of_reports(matrix, ids, others):
    """Everything that shows a report."""
    for number, report in ids.items():
        query = quoted(filled("query", number))
        matrix.go(f"/reports/{report}?q=needle{number}")
        matrix.go(f"/reports/{report}/pages/1?q={query}&match={query}")
        matrix.go(f"/reports/{report}/edit")
    for report in others:
        matrix.go(f"/reports/{report}/pages/1?q=canary")
    for place in ("/", "/reports", "/years", "/languages", "/tags", "/contributors", "/?q=canary", "/reports?sort=title"):
        matrix.go(place + "&limit=100" if "?" in place else place)


def of_requests(matrix):
    """What a request says of itself: queries, parameters, forms that come back."""
    for number in range(len(PAYLOADS)):
        query = quoted(filled("query", number))
        matrix.go(f"/?q={query}&author={query}&limit={query}")
        matrix.go(f"/comments?q={quoted(filled('query in comments', number))}")
        matrix.go(f"/register?next=/{query}")
        matrix.browser.run("const form = document.querySelector('main form'); form.elements.name.value = arguments[0];"
                           "form.elements.password.value = form.elements.repeat.value = 'x'; form.submit();", filled("account name", number))
        matrix.browser.wait("document.readyState === 'complete' && !!document.querySelector('.fault')")
        matrix.look("/register")
    for part in range(0, len(PAYLOADS), 10):
        names = [quoted(filled("error", number)) for number in range(part, min(part + 10, len(PAYLOADS)))]
        matrix.go("/reports?" + "&".join(names))


def of_people(matrix, ids):
    """Comments and what else is for people with accounts, up to an administrator."""
    for width in (390, 1280):
        matrix.browser.look(width)
        for place in (f"/reports/{ids[0]}", f"/reports/{ids[0]}/pages/1", f"/reports/{ids[0]}/comments", "/comments", "/comments?q=canary",
                      "/admin", "/admin/comments?state=shown", "/admin/failures", "/admin/failures?offset=50", "/admin/coverage", "/comments/1/edit", "/comments/1/delete"):
            matrix.go(place)


def of_scripts(matrix):
    """What the script of the pages shows: suggestions, and what became of an upload."""
    browser = matrix.browser
    browser.go(f"{matrix.base}/")
    for number in range(len(PAYLOADS)):
        browser.run("const box = document.getElementById('q'); box.focus(); box.value = arguments[0];"
                    "box.dispatchEvent(new Event('input'))", word(number))
        browser.wait(f"[...document.querySelectorAll('.suggestions li')].some((each) => each.textContent.includes('{word(number)} '))")
        matrix.look("suggestions")
    browser.go(f"{matrix.base}/upload")
    names = [filled("name of an upload", number) for number in range(len(PAYLOADS))]
    browser.run("const held = new DataTransfer(); for (const name of arguments[0]) held.items.add(new File(['no PDF'], name));"
                "upload.elements.files.files = held.files; upload.requestSubmit()", names)
    browser.wait("document.querySelectorAll('.handed .lack').length", len(names))
    matrix.look("/upload")


def documents(matrix):
    """What is no page but could be opened as one."""
    for place in ("/feed.atom", "/search.atom?q=canary", "/comments.atom", "/sitemap.xml", "/sitemaps/1.xml", "/opensearch.xml",
                  "/api/v1/search?q=canary", "/search.csv?q=canary", "/feed.json"):
        matrix.browser.go(matrix.base + place)
        found = matrix.browser.run("return [typeof canary, document.querySelectorAll('[canary], [onerror], script').length]")
        if found != ["undefined", 0]:
            sys.exit(f"FAILED: {place}: {found}")


def under_policy(matrix, ids):
    """The policy of the pages has nothing to refuse."""
    with Browser() as browser:
        for place in ("/?q=canary", "/reports", f"/reports/{ids[0]}?q=needle0", f"/reports/{ids[0]}/pages/1?q=canary"):
            browser.go(matrix.base + place)
            if complaints := browser.complaints():
                sys.exit(f"FAILED: {place}: {complaints}")


def check(base):
    writer = Writer(base)
    listed = writer.get("/api/v1/reports?limit=100")["reports"]
    ids = writer.write(listed)
    others = [report["id"] for report in listed if report["id"] not in ids.values()]
    until = time.monotonic() + 30
    while writer.get(f"/api/v1/reports/{ids[0]}/corrections")["pending"] or not writer.get(f"/api/v1/suggest?q={word(max(ids))}")["suggestions"]:
        if time.monotonic() > until:
            sys.exit("FAILED: searches do not follow the corrections")
        time.sleep(0.1)
    with Browser() as browser:
        browser.tool("Page.enable")
        browser.tool("Page.setBypassCSP", enabled=True)
        matrix = Matrix(browser, base)
        of_requests(matrix)
        browser.go(f"{base}/login")
        for cookie in writer.cookies:
            name, value = cookie.split("=", 1)
            browser.call("POST", "/cookie", {"cookie": {"name": name, "value": value}})
        of_reports(matrix, ids, others)
        of_people(matrix, ids)
        of_scripts(matrix)
        documents(matrix)
        matrix.finish()
    under_policy(matrix, ids)
    return matrix.pages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    arguments = parser.parse_args()
    binary, started = str(Path(arguments.binary).resolve()), time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder, index = Path(temporary) / "reports", str(Path(temporary) / "index")
        folder.mkdir()
        reports(folder)
        done = subprocess.run([binary, "--index", index, "ingest", str(folder)], capture_output=True, timeout=300)
        assert done.returncode == 3, done.stderr.decode()
        somebody(binary, index, ADMINISTRATOR, "admin")
        base = f"http://127.0.0.1:{free_port()}"
        command = [binary, "--index", index, "serve", "--listen", base.removeprefix("http://")]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **SETTINGS})
        try:
            answering(base)
            pages = check(base)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    print(f"{len(PAYLOADS)} payloads in {len(FIELDS)} fields on {pages} pages: no script ran, nothing was made of them, all were read "
          f"({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
