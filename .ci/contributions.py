#!/usr/bin/env python3
"""Kills a service at random moments while people write, and checks that nothing they were told is kept is lost or twice.

    .ci/contributions.py BINARY FIXTURES [--kills N] [--seed S]

Several people post comments and replies, change and delete their own; one corrects the report's title; newcomers make
an account each and post a comment, which waits; a moderator approves these, hides them and shows them again. All of it
over HTTP, each with a session, while the service is killed with SIGKILL and started again. What was answered with success
must be there afterwards as it was left, nothing may be there twice, what is shown must be found by its words and nothing
else, the report by the title it was given last, every account must be there once and be logged in to, the log of
moderation must tell what was done, and `recto verify` must find nothing. A full campaign: `--kills 200`. Needs nothing
but the standard library.
"""

import argparse
import http.client
import http.cookiejar
import json
import random
import re
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from faults.library import Library, Wrong  # noqa: E402
from faults.service import Service  # noqa: E402

PEOPLE = 4
PASSWORD = "correct horse battery staple"
# No rates; comments of those who have not had one approved wait for a moderator.
SETTINGS = {"RECTO_COMMENTS__MODERATION": "first", "RECTO_COMMENTS__RATE": "0", "RECTO_SERVE__SEARCH_RATE": "0",
            "RECTO_ACCOUNTS__REGISTRATION": "open"}


class Person(threading.Thread):
    """Writes until told to stop, and remembers what was promised."""

    def __init__(self, campaign, number):
        super().__init__(daemon=True)
        self.campaign, self.number = campaign, number
        self.name_of = f"person {number}"
        self.chance = random.Random(f"{campaign.seed} {number}")
        self.cookie = None
        # By number: the text as it was left, nothing once it is deleted.
        self.kept: dict[int, str | None] = {}
        # What may or may not have happened: the answer did not come.
        self.doubtful: dict[int, set[str | None]] = {}
        self.written = 0

    def ask(self, method, path, body=None):
        """Status and body; nothing if the service is gone."""
        address = self.campaign.address
        if address is None:
            time.sleep(0.01)
            return None
        headers = {"Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                given = answer.headers.get_all("Set-Cookie") or []
                if given:
                    self.cookie = "; ".join(each.split(";")[0] for each in given)
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except (OSError, ValueError, urllib.error.URLError):
            return None

    def log_in(self):
        while not self.campaign.is_over:
            answer = self.ask("POST", "/api/v1/session", {"name": self.name_of, "password": PASSWORD})
            if answer is not None:
                if answer[0] not in (200, 201, 204):
                    raise Wrong(f"{self.name_of} cannot log in: {answer}")
                return

    def run(self):
        try:
            if self.cookie is None:
                self.log_in()
            while not self.campaign.is_over:
                self.write()
        except (Wrong, AssertionError) as wrong:
            self.campaign.wrong.append(f"{self.name_of}: {wrong}")

    def write(self):
        own = [number for number, text in self.kept.items() if text is not None and number not in self.doubtful]
        what = self.chance.random()
        if own and what < 0.15:
            self.change(self.chance.choice(own))
        elif own and what < 0.25:
            self.delete(self.chance.choice(own))
        else:
            self.post(self.chance.choice(own) if own and what < 0.5 else None)

    def post(self, parent):
        """A comment, sent again until it is known to be there: the same text is taken once."""
        self.written += 1
        text = f"word{self.number}x{self.written} by {self.name_of}"
        order = {"text": text, "parent": parent} if parent else {"text": text, "page": 1}
        while not self.campaign.is_over:
            answer = self.ask("POST", f"/api/v1/reports/{self.campaign.report}/comments", order)
            if answer is None:
                continue
            status, body = answer
            if status == 201:
                self.kept[body["id"]] = text
            elif status == 409:
                # An answer that did not come was a yes.
                number = int(body["detail"].split("comment ")[1].split(";")[0])
                self.kept[number] = text
            elif status not in (429, 503):
                raise Wrong(f"posting answered {status}: {body}")
            return

    def change(self, number):
        self.written += 1
        text = f"word{self.number}x{self.written} changed by {self.name_of}"
        answer = self.ask("PATCH", f"/api/v1/comments/{number}", {"text": text})
        if answer is None:
            self.doubtful[number] = {self.kept[number], text}
        elif answer[0] == 200:
            self.kept[number] = text
        elif answer[0] not in (429, 503):
            raise Wrong(f"changing {number} answered {answer}")

    def delete(self, number):
        answer = self.ask("DELETE", f"/api/v1/comments/{number}")
        if answer is None:
            self.doubtful[number] = {self.kept[number], None}
        elif answer[0] == 204:
            self.kept[number] = None
        elif answer[0] not in (429, 503):
            raise Wrong(f"deleting {number} answered {answer}")


class Editor(Person):
    """Corrects the title of the report, again and again."""

    def __init__(self, campaign, number):
        super().__init__(campaign, number)
        self.name_of = "editor"
        self.said = 0
        # Words of the title that the report may have: the one promised last, and those tried since.
        self.words: list[str] = []

    def write(self):
        self.written += 1
        word = f"editword{self.written}"
        answer = self.ask("PUT", f"/api/v1/reports/{self.campaign.report}/corrections", {"title": f"Study {word}"})
        if answer is None:
            self.words.append(word)
        elif answer[0] == 200:
            self.words, self.said = [word], self.said + 1
        elif answer[0] not in (429, 503):
            raise Wrong(f"correcting answered {answer}")
        time.sleep(0.005)

    def check(self, service):
        """The report has a title it may have, and within ten seconds it is found by that and by no earlier one."""
        answer = self.ask("GET", f"/api/v1/reports/{self.campaign.report}/corrections")
        if answer is None or answer[0] != 200:
            raise Wrong(f"what was corrected cannot be read: {answer}")
        title = answer[1]["correction"]["title"]
        word = title.split()[1]
        if word not in self.words:
            raise Wrong(f"the title is {title!r}, not one with {self.words}")
        until = time.monotonic() + 10
        while not service.get(f"/api/v1/search?q=title:{word}&op=and")["hits"]:
            if time.monotonic() > until:
                raise Wrong(f"the report is not found by its title {title!r}")
            time.sleep(0.1)
        hit = service.get("/api/v1/search?q=title:study")["hits"][0]
        if hit["title"] != title:
            raise Wrong(f"a search shows {hit['title']!r}, not {title!r}")


class Newcomers(Person):
    """Makes one account after the other, and posts a comment with each."""

    def __init__(self, campaign, number):
        super().__init__(campaign, number)
        # By name: whether it was promised; else it may be there or not.
        self.accounts: dict[str, bool] = {}

    def log_in(self):
        pass

    def write(self):
        self.written += 1
        self.name_of = f"newcomer person {self.written}"
        if self.register():
            self.post(None)

    def register(self):
        """Fills in the form as a browser does; whether the account is promised."""
        self.cookie, jar = None, http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), Unfollowed)
        address = self.campaign.address
        if address is None:
            time.sleep(0.01)
            return False
        try:
            page = browser.open(f"{address}/register", timeout=20).read().decode()
            fields = {"token": re.search(r'name="token" value="([^"]+)"', page)[1], "name": self.name_of,
                      "password": PASSWORD, "repeat": PASSWORD, "invitation": "", "next": "/"}
            self.accounts[self.name_of] = False
            browser.open(f"{address}/register", urllib.parse.urlencode(fields).encode(), timeout=20).close()
            raise Wrong(f"registering {self.name_of} led nowhere")
        except urllib.error.HTTPError as error:
            if error.code in (429, 503):
                return False
            if error.code != 303:
                raise Wrong(f"registering {self.name_of} answered {error.code}") from None
        except (OSError, http.client.HTTPException):
            return False
        self.accounts[self.name_of] = True
        self.cookie = "; ".join(f"{each.name}={each.value}" for each in jar)
        return True

    def check(self, listed):
        """Every account that was promised is there once, and one of them can still be logged in to."""
        names = [account["name"] for account in listed]
        twice = {name for name in names if names.count(name) > 1}
        missing = [name for name, is_promised in self.accounts.items() if is_promised and name not in names]
        if twice or missing:
            raise Wrong(f"accounts twice: {sorted(twice)}, gone: {missing}")
        promised = [name for name, is_promised in self.accounts.items() if is_promised]
        for self.name_of in promised[-1:]:
            self.cookie = None
            answer = self.ask("POST", "/api/v1/session", {"name": self.name_of, "password": PASSWORD})
            if answer is None or answer[0] not in (200, 201, 204):
                raise Wrong(f"{self.name_of} cannot log in: {answer}")
        return len(promised)


class Unfollowed(urllib.request.HTTPRedirectHandler):
    """Tells of redirects instead of following them."""

    def redirect_request(self, *_):
        return None


class Moderator(Person):
    """Approves what newcomers wrote, hides it and shows it again."""

    def __init__(self, campaign, number):
        super().__init__(campaign, number)
        self.name_of = "moderator"
        # By number: the state as it was left, and how many actions were and may have been done.
        self.states: dict[int, str] = {}
        self.may_be: dict[int, set[str]] = {}
        self.done: dict[int, list[int]] = {}

    def write(self):
        numbers = list(self.campaign.newcomers.kept)
        if not numbers:
            time.sleep(0.01)
            return
        number = self.chance.choice(numbers)
        if number in self.may_be:
            # As it is now, whatever was not answered.
            self.look(number)
            return
        state = self.states.get(number, "held")
        wanted = "hidden" if state == "shown" else "shown"
        counts = self.done.setdefault(number, [0, 0])
        answer = self.ask("PUT", f"/api/v1/comments/{number}/state", {"state": wanted})
        if answer is None:
            self.may_be[number] = {state, wanted}
            counts[1] += 1
        elif answer[0] == 200:
            self.states[number] = wanted
            counts[0] += 1
        elif answer[0] not in (429, 503):
            raise Wrong(f"making {number} {wanted} answered {answer}")

    def look(self, number):
        """The state of a comment; it must be one that it may have."""
        answer = self.ask("GET", f"/api/v1/comments/{number}")
        if answer is None or answer[0] in (429, 503):
            return
        state, allowed = answer[1].get("state"), self.may_be.get(number, {self.states.get(number, "held")})
        if answer[0] != 200 or state not in allowed:
            raise Wrong(f"comment {number} is {state!r}, not one of {allowed}: {answer}")
        self.states[number] = state
        self.may_be.pop(number, None)

    def check(self):
        """Every comment is as it was left, and the log has every action once; how many were promised."""
        for number in self.done:
            self.look(number)
        logged, cursor = {}, ""
        while True:
            status, part = self.ask("GET", f"/api/v1/moderations?limit=100{cursor}")
            if status != 200:
                raise Wrong(f"the log answered {status}: {part}")
            for line in part["moderations"]:
                logged[line["comment"]] = logged.get(line["comment"], 0) + 1
            if part["next_cursor"] is None:
                break
            cursor = f"&cursor={part['next_cursor']}"
        for number, (done, perhaps) in self.done.items():
            if not done <= logged.get(number, 0) <= done + perhaps:
                raise Wrong(f"{logged.get(number, 0)} actions on {number} are logged: {done} done, {perhaps} perhaps")
        return sum(done for done, _ in self.done.values())


class Campaign:
    def __init__(self, library, report, seed):
        self.library, self.report, self.seed = library, report, seed
        self.address = None
        self.is_over = False
        self.wrong: list[str] = []
        self.people = [Person(self, number) for number in range(PEOPLE)]
        self.editor = Editor(self, PEOPLE)
        self.newcomers = Newcomers(self, PEOPLE + 1)
        self.moderator = Moderator(self, PEOPLE + 2)

    def everybody(self):
        return [*self.people, self.editor, self.newcomers, self.moderator]

    def approve_people(self):
        """Everybody's first comment is approved before anything is killed."""
        self.moderator.log_in()
        for person in self.people:
            person.log_in()
            person.post(None)
            for number in person.kept:
                status, answer = self.moderator.ask("PUT", f"/api/v1/comments/{number}/state", {"state": "shown"})
                if status != 200:
                    raise Wrong(f"approving answered {status}: {answer}")

    def start(self):
        service = Service(self.library, environment=SETTINGS)
        self.address = service.address
        return service

    def there(self, service):
        """Every comment of the report, by number."""
        found, cursor = {}, ""
        while True:
            part = service.get(f"/api/v1/reports/{self.report}/comments?limit=100{cursor}")
            for comment in part["comments"]:
                if comment["id"] in found:
                    raise Wrong(f"comment {comment['id']} is listed twice")
                found[comment["id"]] = comment
            if part["next_cursor"] is None:
                return found
            cursor = f"&cursor={part['next_cursor']}"

    def check(self, service):
        """What was promised is there, once, and found by its words."""
        found = self.there(service)
        texts = [comment["text"] for comment in found.values() if comment["text"] is not None]
        twice = {text for text in texts if texts.count(text) > 1}
        if twice:
            raise Wrong(f"twice: {sorted(twice)[:5]}")
        promised = 0
        for number, text in self.newcomers.kept.items():
            is_shown = self.moderator.states.get(number) == "shown"
            if found.get(number, {}).get("text") != (text if is_shown else None):
                raise Wrong(f"comment {number} of a newcomer, shown: {is_shown}, is {found.get(number)}")
            promised += 1
        for person in self.people:
            for number, text in list(person.kept.items()):
                is_now = found.get(number, {}).get("text")
                allowed = person.doubtful.pop(number, {text})
                if is_now not in allowed:
                    raise Wrong(f"comment {number} says {is_now!r}, not {allowed}")
                person.kept[number] = is_now
                promised += 1
        return promised, found

    def search(self, service, found, chance):
        """Words find what is shown, and what was deleted or changed is not found by what it said."""
        shown = [comment for comment in found.values() if comment["text"] is not None]
        for comment in chance.sample(shown, min(20, len(shown))):
            word = urllib.parse.quote(comment["text"].split()[0])
            hits = service.get(f"/api/v1/comments?q={word}")["comments"]
            if [hit["id"] for hit in hits] != [comment["id"]]:
                raise Wrong(f"{comment['text']!r} finds {hits}")
        total, cursor = 0, ""
        while True:
            part = service.get(f"/api/v1/comments?q=person&limit=100{cursor}")
            total += len(part["comments"])
            if part["next_cursor"] is None:
                break
            cursor = f"&cursor={part['next_cursor']}"
        if total != len(shown):
            raise Wrong(f"{total} comments are found, {len(shown)} are shown")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        library = Library(arguments.binary.resolve(), scratch)
        library.ingest(arguments.fixtures / "spin-out-study.pdf", expected=(0,))
        passwords = scratch / "password"
        passwords.write_text(PASSWORD + "\n")
        passwords.chmod(0o600)
        for number in range(PEOPLE):
            made = library.run("accounts", "create", f"person {number}", "--role", "reader", "--password-file", passwords)
            if made.returncode != 0:
                sys.exit(f"no account could be made: {made.stderr}")
        for name, role in (("editor", "editor"), ("moderator", "admin")):
            made = library.run("accounts", "create", name, "--role", role, "--password-file", passwords)
            if made.returncode != 0:
                sys.exit(f"no account could be made: {made.stderr}")
        with Service(library, environment=SETTINGS) as service:
            report = service.get("/api/v1/reports")["reports"][0]["id"]
            service.stop()
        campaign = Campaign(library, report, arguments.seed)
        promised = kills = 0
        try:
            for kills in range(1, arguments.kills + 1):
                service = campaign.start()
                if kills == 1:
                    campaign.approve_people()
                    for person in campaign.everybody():
                        person.start()
                time.sleep(chance.uniform(0.05, 0.8))
                if kills % 4 == 0:
                    # Another process comes and goes.
                    library.run("keys", "list")
                service.process.send_signal(signal.SIGKILL)
                campaign.address = None
                service.process.wait()
                if campaign.wrong:
                    raise Wrong("; ".join(campaign.wrong))
            campaign.is_over = True
            for person in campaign.everybody():
                person.join()
            with campaign.start() as service:
                moderated = campaign.moderator.check()
                accounts = campaign.newcomers.check(campaign.moderator.ask("GET", "/api/v1/accounts")[1]["accounts"])
                promised, found = campaign.check(service)
                campaign.search(service, found, chance)
                campaign.editor.check(service)
                service.stop()
            library.verify()
        except Wrong as wrong:
            sys.exit(f"after {kills} kills: {wrong}")
    corrections = campaign.editor.said
    print(f"{kills} kills, {promised} comments promised and there, {corrections} corrections, the last one found, "
          f"{accounts} accounts made, {moderated} comments approved, hidden and shown; 0 lost, 0 twice "
          f"({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
