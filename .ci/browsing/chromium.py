"""A headless Chromium, and what it is told to do."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

from .library import free_port

PATIENCE = 30  # seconds; far longer than anything here takes
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """A Chromium told what to do by its driver (W3C WebDriver)."""

    def __init__(self, scripts=True):
        self.port = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.session = ""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.call("GET", "/status")
                break
            except OSError:
                if time.monotonic() > until:
                    sys.exit("chromedriver does not answer")
                time.sleep(0.05)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        options = {"args": arguments}
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"},
                  "unhandledPromptBehavior": "ignore"}
        opened = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{opened['sessionId']}"
        self.look()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        except (OSError, AssertionError):
            pass
        self.driver.terminate()
        self.driver.wait()

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        address = f"http://127.0.0.1:{self.port}{self.session}{path}"
        request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path} {body}: {error.read().decode()[:500]}") from None

    def tool(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width=1280, height=900, dark=False):
        """The window, and what the reader prefers."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tool("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tool("Emulation.setEmulatedMedia", features=[scheme])

    def go(self, address):
        self.call("POST", "/url", {"url": address})

    def address(self):
        return self.call("GET", "/url")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, script, expected=True):
        until = time.monotonic() + PATIENCE
        while (found := self.run(f"return {script}")) != expected:
            assert time.monotonic() < until, f"{script} is {found!r}, not {expected!r}, at {self.address()}"
            time.sleep(0.05)

    def arrive(self, part):
        """Waits until the address holds this."""
        until = time.monotonic() + PATIENCE
        while part not in self.address():
            assert time.monotonic() < until, f"{part} is not in {self.address()}"
            time.sleep(0.05)

    def elements(self, selector):
        return [each[ELEMENT] for each in self.call("POST", "/elements", {"using": "css selector", "value": selector})]

    def element(self, selector):
        """The first such element, once there is one: an address is there before its page is."""
        until = time.monotonic() + PATIENCE
        while not (found := self.elements(selector)):
            assert time.monotonic() < until, f"no {selector} at {self.address()}"
            time.sleep(0.05)
        return found[0]

    def ask(self, selector, method, path, body=None):
        """Asks the first such element; once more if its page went away meanwhile."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self.call(method, f"/element/{self.element(selector)}/{path}", body)
            except AssertionError as error:
                if "stale element" not in str(error) or time.monotonic() > until:
                    raise

    def click(self, selector):
        self.ask(selector, "POST", "click", {})

    def text(self, selector):
        return self.ask(selector, "GET", "text")

    def attribute(self, selector, name):
        return self.ask(selector, "GET", f"attribute/{name}")

    def value(self, selector):
        return self.ask(selector, "GET", "property/value")

    def type(self, selector, text):
        self.ask(selector, "POST", "clear", {})
        self.ask(selector, "POST", "value", {"text": text})

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def complaints(self):
        """What the browser has logged of policies and scripts since it was last asked."""
        lines = [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]
        return [line for line in lines if "Content Security Policy" in line or "Uncaught" in line or "Trusted" in line]
