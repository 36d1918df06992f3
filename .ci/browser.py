#!/usr/bin/env python3
"""Uses the pages of a built `recto` in headless Chromium as people do, and checks what they would see.

    .ci/browser.py BINARY FIXTURES [--axe AXE_JS] [--only NAME]

Journeys with scripts and without; matches beside the ink of the drawn page; keys; the way back; people with accounts;
and, with the path of axe-core's `axe.min.js`, an accessibility check of every kind of page in light and dark, wide and
narrow. Needs Chromium and its driver, else nothing but the standard library.
"""

import argparse
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
import xml.etree.ElementTree
from pathlib import Path

from browsing.chromium import ELEMENT, PATIENCE, Browser
from browsing.library import PASSWORD, answering, free_port, pdf, somebody

MANY = 1_500  # reports: reading them takes longer than opening a page
STUDY = "00063b21c320c3facba9f90099fab9ea"
SCHOOLS = "88a1d36e07f941d84bfeffc294ef2c1a"

# Related to the study: it has the words that the study is about.
SEQUEL = """A spin-out of libraries made a mutual, and the council kept a client team.
Spin-outs by councils: Ashby, Brindle, Corfield and Dunmore transferred a service.
The trust and the mutual spun out of the council; the staff chose the board.
Transfer agreements, the joint venture and the business case of the spin-out.
The council-owned company, the trust for museums, the mutual for families.
Councillors in Ashby and Dunmore, and the libraries of Brindle after the transfer."""
ENTER, ESCAPE = "\ue007", "\ue00c"


def journey(browser, base, scripts):
    """From a question to the words on the page and back, by what can be clicked and typed."""
    browser.go(f"{base}/")
    browser.type("#q", "quires")
    browser.click("form.search button")
    browser.arrive("/?q=quires")
    assert browser.text("h1") == "14 reports", browser.text("h1")
    browser.click("a[rel=next]")
    browser.arrive("offset=10")
    assert len(browser.elements(".card")) == 4
    browser.click("a[rel=prev]")
    while "offset" in browser.address():
        time.sleep(0.05)
    assert len(browser.elements(".card")) == 10
    browser.go(f"{base}/?q=energy+OR+eau")
    before = len(browser.elements(".card"))
    browser.click("input[name=language][value=fr]")
    browser.click(".apply button")
    browser.arrive("language=fr")
    assert 0 < len(browser.elements(".card")) < before
    browser.click(".clear")
    browser.arrive("/?q=energy+OR+eau")
    assert "language" not in browser.address()
    assert len(browser.elements(".card")) == before
    search = f"{base}/?q=energy+efficiency&language=en"
    browser.go(search)
    browser.click(f".chip[href*='{STUDY}']")
    browser.arrive(f"/reports/{STUDY}/pages/")
    assert browser.elements(".matches .current rect") and browser.elements("#picture")
    assert browser.text(".found").startswith(("Match 1 of", "1 match")), browser.text(".found")
    assert browser.elements(".strip .count"), "no page tells its matches"
    seen = {(browser.attribute(".jump input[name=page]", "value"), browser.text(".found"))}
    while browser.elements("#next-match"):
        browser.click("#next-match")
        place = (browser.attribute(".jump input[name=page]", "value"), browser.text(".found"))
        assert place not in seen, f"{place} for the second time"
        seen.add(place)
    assert len({page for page, _ in seen}) > 1, seen
    browser.click("#previous-match")
    browser.type(".jump input[name=page]", "3")
    browser.click(".jump button")
    browser.arrive("/pages/3?q=energy+efficiency&language=en")
    browser.click("#next-page")
    browser.arrive("/pages/4?")
    assert browser.attribute("#original", "href").endswith("file.pdf#page=4")
    browser.click(".cite summary")
    assert "p. " in browser.text("#source") and f"/reports/{STUDY}/pages/4" in browser.text("#permalink")
    browser.click("#back")
    browser.arrive("/?q=")
    assert browser.address() == search, browser.address()
    browser.go(f"{base}/?q=effciency")
    browser.click(".suggestion a")
    browser.arrive("q=efficiency")
    browser.go(f"{base}/?q=energy+zzqqzz")
    assert "No report has all of these words" in browser.text("main")
    browser.go(f"{base}/?q=zzqqzz")
    assert "Nothing in the library matches" in browser.text("main")
    if scripts:
        assert browser.elements(".foot .link"), "the keys are not offered"
    else:
        assert not browser.elements(".foot .link, .copy"), "scripts were not off"


def looking_after(browser, binary, base, index, scripts):
    """An administrator sees what failed, has it tried again, and finds the job that did it."""
    name = f"keeper {'with' if scripts else 'without'}"
    somebody(binary, index, name, "admin")
    log_in(browser, base, name, "/admin")
    assert browser.text("h1") == "Administration" and browser.elements(".rooms [aria-current]")
    browser.click("a[href*='/admin/failures?reason=needs_password']")
    browser.arrive("reason=needs_password")
    assert "Protected by a password" in browser.text("h1") and "--password-file" in browser.text(".notice")
    assert any("encrypted" in browser.run("return arguments[0].textContent", {ELEMENT: each})
               for each in browser.elements(".failures h2")), browser.text("main")
    browser.click(".failures form button")
    browser.arrive("/admin#jobs")
    until = time.monotonic() + PATIENCE
    while "done" not in browser.text(".jobs > li:first-child .state"):
        assert time.monotonic() < until, browser.text(".jobs")
        if not scripts:
            browser.go(f"{base}/admin")
        time.sleep(0.2)
    assert "Try again" in browser.text(".jobs > li:first-child") and "1 failed" in browser.text(".jobs > li:first-child")
    browser.click("a[href*='/admin/coverage?status=no_text']")
    browser.arrive("status=no_text")
    browser.click(".list h2 a")
    browser.arrive("/reports/")
    assert browser.elements("#gaps"), "the report does not tell what cannot be found"
    browser.call("DELETE", "/cookie")
    browser.go(f"{base}/admin")
    browser.arrive("/login?next=")


def ways_in(browser, base):
    """From the start page by a year to a report and exactly back; and what can be followed is what is shown."""
    browser.go(f"{base}/")
    assert browser.elements(".newest .cover img") and browser.elements(".ways .values a"), "the start page leads nowhere"
    browser.click(".ways a[href*='year=2023']")
    browser.arrive("/reports?year=2023")
    assert "from 2023" in browser.text("h1"), browser.text("h1")
    browser.go(f"{base}/reports?sort=-title")
    heading, titles = browser.text("h1"), len(browser.elements(".list > li"))
    assert heading.split()[0] == str(titles) or browser.elements("a[rel=next]"), heading
    browser.click("input[name=language][value=en]")
    browser.click(".apply button")
    browser.arrive("language=en")
    address = browser.address()
    assert "sort=-title" in address and "in English" in browser.text("h1"), address
    shown = [browser.run("return arguments[0].href", {ELEMENT: each}) for each in browser.elements(".list h2 a")]
    browser.click(".list h2 a")
    browser.arrive("/reports/")
    browser.call("POST", "/back", {})
    browser.arrive("language=en")
    again = [browser.run("return arguments[0].href", {ELEMENT: each}) for each in browser.elements(".list h2 a")]
    assert (browser.address(), again) == (address, shown), "the way back is not exact"
    follow_feeds(browser)
    browser.click(".clear")
    browser.arrive("/reports?sort=-title")
    browser.go(f"{base}/languages")
    browser.click(".values a[href*='language=fr']")
    browser.arrive("/reports?language=fr")
    assert "in French" in browser.text("h1"), browser.text("h1")
    browser.go(f"{base}/?q=energy")
    assert "no account is needed" in browser.text(".follow"), browser.text(".follow")
    follow_feeds(browser)
    for path, root in [("/sitemap.xml", "sitemapindex"), ("/sitemaps/1.xml", "urlset")]:
        tree = xml.etree.ElementTree.parse(urllib.request.urlopen(base + path)).getroot()
        assert tree.tag.endswith(root) and len(tree) > 0, path
        assert all(each[0].text.startswith(base) and each[1].text for each in tree), path
    assert f"Sitemap: {base}/sitemap.xml" in urllib.request.urlopen(f"{base}/robots.txt").read().decode()


def follow_feeds(browser):
    """The feeds that a page offers are what the formats want them to be."""
    for kind, check in [("atom+xml", atom), ("feed+json", json_feed)]:
        [link] = browser.elements(f"link[rel=alternate][type='application/{kind}']")
        check(browser.run("return arguments[0].href", {ELEMENT: link}))
    assert browser.elements(".follow a, .exports a"), "no link leads to a feed"


def atom(address):
    """A feed of RFC 4287, its entries each with an identity of its own."""
    name = "{http://www.w3.org/2005/Atom}"
    tree = xml.etree.ElementTree.parse(urllib.request.urlopen(address)).getroot()
    assert tree.tag == f"{name}feed", tree.tag
    links = {link.get("rel"): link.get("href") for link in tree.findall(f"{name}link")}
    assert links["self"].startswith(address.split("?")[0]) and links["alternate"], links
    entries = tree.findall(f"{name}entry")
    assert entries, f"{address} has no entries"
    for each in [tree, *entries]:
        for wanted in ("id", "title", "updated"):
            [found] = each.findall(f"{name}{wanted}")
            assert found.text and found.text.strip(), f"{address}: an empty {wanted}"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each.find(f"{name}updated").text)
        assert each.find(f"{name}id").text.startswith("urn:uuid:")
    assert len({each.find(f"{name}id").text for each in entries}) == len(entries)
    if "next" in links:
        atom(links["next"])


def json_feed(address):
    """A feed of JSON Feed 1.1."""
    answer = urllib.request.urlopen(address)
    assert answer.headers["Content-Type"].startswith("application/feed+json") and answer.headers["Last-Modified"]
    feed = json.load(answer)
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] and feed["items"], address
    assert feed["feed_url"].startswith(address.split("?")[0]) and feed["home_page_url"].startswith("http")
    for item in feed["items"]:
        assert item["id"] and item["url"].startswith("http") and "content_html" in item, item
        assert isinstance(item.get("tags", []), list) and all(author["name"] for author in item.get("authors", []))
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    if "next_url" in feed:
        json_feed(feed["next_url"])


# For every match: the words of the text layer at it, and whether its boxes hold their ink and nobody else's.
COVERAGE = """
const picture = document.getElementById("picture"), svg = picture.nextElementSibling;
const canvas = document.createElement("canvas");
canvas.width = picture.naturalWidth; canvas.height = picture.naturalHeight;
const context = canvas.getContext("2d", { willReadFrequently: true });
context.drawImage(picture, 0, 0);
const scale = picture.naturalWidth / svg.viewBox.baseVal.width;
const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
const ink = (x0, y0, x1, y1) => {
  const columns = [];
  for (let x = Math.max(0, Math.floor(x0)); x < Math.min(canvas.width, Math.ceil(x1)); x++) {
    for (let y = Math.max(0, Math.floor(y0)); y < Math.min(canvas.height, Math.ceil(y1)); y++) {
      const at = 4 * (y * canvas.width + x);
      if (pixels.data[at] + pixels.data[at + 1] + pixels.data[at + 2] < 300) { columns.push(x); break; }
    }
  }
  return columns;
};
const words = [...document.querySelectorAll(".words tspan")].map((word) => ({
  text: word.textContent, x: word.x.baseVal[0].value + word.textLength.baseVal.value / 2, y: word.y.baseVal[0].value,
}));
const image = picture.getBoundingClientRect(), layer = svg.getBoundingClientRect();
const found = [...document.querySelectorAll(".matches rect")].map((rect) => {
  const box = rect.getBBox(), height = box.height * scale;
  const [x0, y0, x1, y1] = [box.x, box.y, box.x + box.width, box.y + box.height].map((edge) => edge * scale);
  const inside = ink(x0, y0, x1, y1), margin = 0.12 * height;
  return {
    text: words.filter((word) => word.x > box.x && word.x < box.x + box.width && word.y > box.y && word.y < box.y + box.height)
      .map((word) => word.text).join(" "),
    left: inside.length ? (inside[0] - x0) / height : 9,
    right: inside.length ? (x1 - inside[inside.length - 1]) / height : 9,
    outside: ink(x0 - margin, y0, x0 - 1.5, y1).length + ink(x1 + 1.5, y0, x1 + margin, y1).length,
  };
});
const aligned = ["left", "top", "right", "bottom"].every((edge) => Math.abs(image[edge] - layer[edge]) < 1);
return { found, aligned, whole: picture.complete && picture.naturalWidth > 0 };
"""


def coverage(browser, base, report):
    """Exactly the matched words are covered, on pages of several kinds."""
    for query, wanted in [
        ("transfers", {"transfers"}),
        ('"cash transfers"', {"transfers", "Cash"}),
        ("hous*", {"households", "housing"}),
    ]:
        browser.go(f"{base}/reports/{report}/pages/1?" + urllib.parse.urlencode({"q": query}))
        covered(browser, query, wanted)
    browser.go(f"{base}/reports/{STUDY}/pages/11?q=%22energy+efficiency%22")
    covered(browser, "a phrase", {"energy", "efficiency"})
    listed = json.load(urllib.request.urlopen(f"{base}/api/v1/reports?limit=100"))["reports"]
    reports = {Path(each["file"]).name: each["id"] for each in listed}
    for name, page, query, wanted in [
        ("rotated-tables.pdf", 2, "districts", {"districts"}),
        ("klimaschutz-kommunen.pdf", 2, "Verbrauchsdaten", {"Ver", "brauchsdaten"}),
        ("waste-circular.pdf", 2, "collections", {"collec", "tions"}),
        ("energy-efficiency-schools.pdf", 2, "efficiency", {"efficiency"}),
        ("eau-potable.pdf", 2, "administratifs", {"administratifs"}),
        ("arabic-water-report.pdf", 2, "الاستهلاك", {"الاستهلاك"}),
    ]:
        question = urllib.parse.urlencode({"q": f'"{query}"'})
        browser.go(f"{base}/reports/{reports[name]}/pages/{page}?{question}")
        covered(browser, name, wanted)


def covered(browser, name, wanted):
    browser.wait("document.getElementById('picture').complete")
    seen = browser.run(COVERAGE)
    assert seen["whole"] and seen["aligned"] and seen["found"], f"{name}: {seen}"
    for box in seen["found"]:
        box["text"] = box["text"].strip(".,;:()-\u2010\u201c\u201d\"'")
        assert box["text"].lower() in {word.lower() for word in wanted}, f"{name}: {box}"
        assert -0.01 <= box["left"] < 0.25 and -0.01 <= box["right"] < 0.6 and box["outside"] <= 1, f"{name}: {box}"
    missing = wanted - {box["text"] for box in seen["found"]}
    assert not missing, f"{name}: {missing} not covered"
    print(f"ok  {name}: {len(seen['found'])} boxes over their words")


def keys(browser, base):
    """Every key does what the help says, and none when they are off."""
    browser.go(f"{base}/?q=quires")
    browser.press("/")
    browser.wait("document.activeElement.id", "q")
    browser.press(ESCAPE)
    browser.wait("document.activeElement.id", "")
    titles = "[...document.querySelectorAll('.card h2 a')].indexOf(document.activeElement)"
    for key, place in [("j", 0), ("j", 1), ("j", 2), ("k", 1)]:
        browser.press(key)
        browser.wait(titles, place)
    browser.press(ENTER)
    browser.wait("location.pathname.startsWith('/reports/')")
    browser.go(f"{base}/reports/{STUDY}/pages/11?q=energy")
    first = browser.text(".found")
    browser.press("n")
    browser.wait(f"document.querySelector('.found').textContent !== {json.dumps(first)}")
    browser.press("p")
    browser.wait("document.querySelector('.found').textContent", first)
    browser.press("]")
    browser.wait("location.pathname.endsWith('/12')")
    browser.press("[")
    browser.wait("location.pathname.endsWith('/11')")
    browser.press("?")
    browser.wait("document.querySelector('dialog').open")
    browser.click("dialog input")
    browser.press(ESCAPE)
    browser.wait("document.querySelector('dialog').open", False)
    for _ in range(2):
        browser.press("]", "?", "/")
        time.sleep(0.3)
        assert browser.address().split("?")[0].endswith("/pages/11"), browser.address()
        assert browser.run("return document.activeElement.id !== 'q' && !document.querySelector('dialog').open")
        browser.go(browser.address())
    browser.click(".foot .link")
    browser.click("dialog input")
    browser.click("dialog button")
    browser.press("]")
    browser.wait("location.pathname.endsWith('/12')")


def back(browser, base):
    """The way back leads to the same place of the same results."""
    browser.go(f"{base}/?q=quires")
    browser.run("window.scrollTo(0, 700)")
    place = browser.run("return scrollY")
    assert place > 300, place
    browser.run("document.querySelectorAll('.chip')[4].click()")
    browser.wait("!!document.getElementById('sheet')")
    browser.call("POST", "/back", {})
    browser.wait("location.search", "?q=quires")
    browser.wait("scrollY", place)
    browser.run("document.querySelectorAll('.chip')[4].click()")
    browser.wait("!!document.getElementById('sheet')")
    browser.press("?")
    browser.press(ESCAPE)
    browser.click("#back")
    browser.wait("location.search", "?q=quires")
    browser.wait("scrollY", place)


def quotation(browser, base, report):
    """A quotation is copied with its source; words of the picture can be selected."""
    browser.tool("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.go(f"{base}/reports/{report}/pages/1?q=households")
    browser.click(".turn .copy")
    browser.wait("document.querySelector('.copied').textContent", "Copied")
    text = browser.run("return navigator.clipboard.readText()")
    assert text.startswith("\u201c") and "households" in text and text.endswith(f"/reports/{report}/pages/1"), text
    selected = browser.run(
        "const line = document.querySelector('.words text'); const range = document.createRange();"
        "range.selectNodeContents(line); getSelection().removeAllRanges(); getSelection().addRange(range);"
        "return getSelection().toString().trim()"
    )
    assert selected == "Cash transfers reached most households.", selected


def landing(browser, base, scripts):
    """Everything on the study's own page is there and right, and leads where it says."""
    place = f"{base}/reports/{STUDY}"

    def texts(selector):
        return browser.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent.trim())", selector)

    def links(selector):
        return browser.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.href)", selector)

    browser.go(place)
    assert browser.text("h1") == "Spinning out public services: what four councils learned", browser.text("h1")
    assert browser.text(".date time").endswith("March 2023"), browser.text(".date time")
    assert texts(".headline .publisher") == ["Centre for Local Public Services"], texts(".headline .publisher")
    people = ["Margaret Holloway", "Daniel Osei", "Ffion Pritchard", "Thomas Whitfield"]
    assert texts(".byline a") == people, texts(".byline a")
    assert texts(".imprint li") == ["PDF 274.4 KB", "17 pages", "English"], texts(".imprint li")
    assert texts(".coverage") == ["All 17 pages can be searched"], texts(".coverage")
    abstract = texts(".abstract p")
    assert abstract[0].startswith("Between 2016 and 2022 four English councils") and abstract[-1] == "Read on p. ii", abstract
    recommended = texts(".recommendations li")
    assert len(recommended) == 5 and recommended[0].startswith("Councils should not approve a spin-out"), recommended
    assert links(".recommendations li .source") == [f"{place}/pages/3"] * 5, links(".recommendations li .source")
    browser.wait("document.querySelector('.cover img').complete")
    cover = browser.run("const cover = document.querySelector('.cover img'); const place = cover.getBoundingClientRect();"
                        "return [cover.naturalWidth, place.width, place.height, cover.width, cover.alt]")
    assert cover[0] >= 180 and cover[1] > 100 and abs(cover[1] * 297 / 210 - cover[2]) < 3 and cover[4], cover
    contents = dict(zip(texts(".contents a"), links(".contents a")))
    assert contents["2 Background"] == f"{place}/pages/6" and contents["8.3 Staff"] == f"{place}/pages/14", contents
    browser.go(contents["2 Background"])
    assert browser.text("h1") == "p. 2 (6 of 17)", browser.text("h1")
    for link in (".abstract .source a", ".recommendations .source", ".headline .actions a:nth-of-type(2)", ".pages a"):
        browser.go(place)
        browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        browser.click(link)
        browser.arrive(f"/reports/{STUDY}/pages/")
        assert "of 17" in browser.text("h1"), browser.text("h1")
    for number, name in enumerate(people):
        browser.go(place)
        browser.call("POST", f"/element/{browser.elements('.byline a')[number]}/click", {})
        browser.arrive("/reports?contributor=")
        assert f"by {name}" in browser.text("h1") and f"/reports/{STUDY}" in str(links(".list h2 a")), browser.text("h1")
    browser.go(place)
    browser.type("#within", "reserves")
    browser.click(".search.within button")
    browser.arrive(f"/reports/{STUDY}?q=reserves")
    assert browser.text("#found").endswith("match") and browser.elements(".evidence mark"), browser.text("#found")
    browser.click(".evidence .chip")
    browser.arrive("?q=reserves")
    assert browser.elements(".matches rect"), "the match is not drawn"
    browser.go(place)
    assert texts(".related h3") and texts(".related h3")[0] == "A sequel on spin-outs", texts(".related h3")
    assert texts(".related .reason")[0].startswith("Both on "), texts(".related .reason")
    browser.click(".related h3 a")
    browser.arrive("/reports/")
    assert browser.text("h1") == "A sequel on spin-outs", browser.text("h1")
    browser.go(f"{base}/reports/{SCHOOLS}")
    assert texts("[aria-labelledby=copies] li") and "much of the same text" in texts("[aria-labelledby=copies] li")[0]
    browser.click("[aria-labelledby=copies] a")
    shows(browser, "h1", "Energy efficiency in primary schools")
    assert SCHOOLS not in browser.address() and SCHOOLS in str(links("[aria-labelledby=copies] a")), "a copy that leads nowhere"
    browser.go(place)
    references(browser, base, links(".forms a"), texts(".citation")[0])
    if scripts:
        browser.tool("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        for number, wanted in enumerate(("Holloway, M., Osei, D.,", "@")):
            browser.call("POST", f"/element/{browser.elements('.citing button')[number]}/click", {})
            browser.wait("document.querySelector('.citing .copied').textContent", "Copied")
            copied = browser.run("return navigator.clipboard.readText()")
            assert copied.startswith(wanted) and place in copied, copied
        browser.tool("Emulation.setEmulatedMedia", media="print")
        shown = browser.run("return [...document.querySelectorAll('.actions, .search, .forms, .bar')].filter((each) => each.offsetParent).length")
        assert shown == 0 and browser.run("return document.querySelector('.citation').offsetHeight") > 0, shown
        browser.look()
    else:
        assert not browser.elements(".citing button"), "scripts were not off"
    browser.go(f"{base}/contributors?q=holl")
    assert texts(".names a") == ["Holloway, Margaret"], texts(".names a")
    browser.click(".names a")
    browser.arrive("/reports?contributor=Margaret")
    browser.go(f"{base}/reports/{'0' * 32}")
    browser.type("#instead", "spin-out")
    browser.click("main form button")
    browser.arrive("/?q=spin-out")


def correcting(browser, binary, base, index, scripts):
    """An editor corrects a report: it is shown at once, found soon, can be taken back, and nothing typed is lost."""
    sort = "with" if scripts else "without"
    first, second, place = f"Cora {sort}", f"Dan {sort}", f"/reports/{SCHOOLS}"
    for name in (first, second):
        somebody(binary, index, name, "editor")
    sessions = {}
    for width in (1280, 390):
        browser.look(width)
        word = f"{sort}{width}"
        log_in(browser, base, first, place, sessions)
        was = browser.text("h1")
        corrected(browser, base, place, word)
        history(browser, base, place, was, word)
        together(browser, base, place, first, second, word, sessions)
        still_there(browser, base, place, second, sessions)
        log_in(browser, base, first, f"{place}/edit", sessions)
        browser.click("button[name=restore][value='0']")
        shows(browser, "h1", was)
        assert not browser.elements(".headline .tags"), "tags are left"
        found_soon(base, f"tag:{word}", None)
    browser.look()
    browser.call("DELETE", "/cookie")
    browser.complaints()  # the refusals are logged


def fill(browser, **fields):
    for name, text in fields.items():
        browser.type(f"#edit-{name}", text)


def save(browser):
    browser.click(".edit form .actions button")


def fits(browser):
    wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{browser.address()} is {wide} px too wide"


def found_soon(base, query, title):
    """Within seconds a search finds the report under this title, or nothing."""
    until = time.monotonic() + 10
    while True:
        address = f"{base}/api/v1/search?" + urllib.parse.urlencode({"q": query, "op": "and"})
        found = json.load(urllib.request.urlopen(address))
        titles = [] if found["query"]["relaxed"] else [hit["title"] for hit in found["hits"]]
        if titles == ([title] if title else []):
            return
        assert time.monotonic() < until, f"{query} finds {titles}, not {title}"
        time.sleep(0.1)


def corrected(browser, base, place, word):
    """Every field is corrected: what is wrong stands at its field, what is right on the report's page, its list and its hit."""
    browser.click("a[href$='/edit']")
    browser.arrive(f"{place}/edit")
    fits(browser)
    recommended = browser.text("input[name=show_recommendation] + span")
    related = browser.text("input[name=show_related] + span")
    fill(browser, title=f"Boilers {word}", authors="Ada Okafor\nWater Board", date="May", abstract="Warm <rooms>.\nCheap ones.",
         tags=f"heating, {word}", added_recommendations="p. 2: Lag every pipe.")
    browser.click("input[name=show_recommendation]")
    browser.click("input[name=show_related]")
    save(browser)
    shows(browser, "#error-date", "2023-05-17")
    fits(browser)
    assert browser.value("#edit-title") == f"Boilers {word}" and browser.value("#edit-date") == "May"
    assert browser.value("#edit-abstract") == "Warm <rooms>.\nCheap ones."
    assert not browser.run("return document.querySelector('input[name=show_recommendation]').checked")
    fill(browser, date="1987-05")
    save(browser)
    shows(browser, "h1", f"Boilers {word}")

    def texts(selector):
        return browser.run("return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent.trim())", selector)

    assert texts(".byline a") == ["Ada Okafor", "Water Board"], texts(".byline a")
    assert texts(".date time")[0].endswith("May 1987") and texts(".tags a") == ["heating", word], texts(".headline")
    assert texts(".abstract p")[:2] == ["Warm <rooms>.", "Cheap ones."], texts(".abstract p")
    shown = texts(".recommendations li")
    assert not any(recommended in text for text in shown) and any("Lag every pipe." in text for text in shown), shown
    assert related not in texts(".related h3"), related
    fits(browser)
    found_soon(base, f"title:boilers author:okafor year:1987 tag:{word}", f"Boilers {word}")
    browser.go(f"{base}/?q=boilers")
    browser.click(".card .tags a[href*='tag=heating']")
    browser.arrive("/reports?tag=heating")
    shows(browser, ".list h2", f"Boilers {word}")
    fits(browser)


def history(browser, base, place, was, word):
    """What was detected is told, and every version can be gone back to."""
    browser.go(f"{base}{place}/edit")
    assert was in browser.text(".below"), browser.text(".below")
    assert "now shown" in browser.text(".versions li"), browser.text(".versions")
    fill(browser, title=f"Radiators {word}")
    save(browser)
    shows(browser, "h1", f"Radiators {word}")
    browser.go(f"{base}{place}/edit")
    shows(browser, ".versions", "title, contributors, date, abstract, tags")
    fits(browser)
    browser.click(".versions li:nth-child(2) button")
    shows(browser, "h1", f"Boilers {word}")
    browser.go(f"{base}{place}/edit")
    browser.click("input[name=unsaid][value=date]")
    save(browser)
    shows(browser, ".headline .date time", "2021")


def together(browser, base, place, first, second, word, sessions):
    """Two editors at once: told who did what, and what both typed is there."""
    log_in(browser, base, second, f"{place}/edit", sessions)
    fill(browser, title=f"Stoves {word}", publisher="Dan & Sons")
    late = browser.call("GET", "/cookie")
    kept = {name: browser.value(f"#edit-{name}") for name in ("title", "publisher")}
    key = browser.call("GET", "/window")
    other = browser.call("POST", "/window/new", {"type": "tab"})["handle"]
    browser.call("POST", "/window", {"handle": other})
    browser.go(base + place)
    log_in(browser, base, first, f"{place}/edit", sessions)
    fill(browser, title=f"Ovens {word}", tags=f"heating, {word}, ovens")
    save(browser)
    shows(browser, "h1", f"Ovens {word}")
    browser.call("DELETE", "/cookie")
    for cookie in late:
        browser.call("POST", "/cookie", {"cookie": cookie})
    browser.call("DELETE", "/window")
    browser.call("POST", "/window", {"handle": key})
    save(browser)
    shows(browser, ".edit [role=alert]", f"{first} changed title, tags")
    fits(browser)
    assert {name: browser.value(f"#edit-{name}") for name in kept} == kept, "what was typed is lost"
    assert browser.value("#edit-tags") == f"heating, {word}, ovens", "what the other one did is lost"
    assert f"Ovens {word}" in browser.text(".theirs") and len(browser.elements(".theirs")) == 1, browser.text(".theirs")
    save(browser)
    shows(browser, "h1", f"Stoves {word}")
    assert "ovens" in browser.text(".headline .tags") and "Dan & Sons" in browser.text(".headline .publisher")


def still_there(browser, base, place, second, sessions):
    """The session ends while something is typed: it comes back, and is kept after logging in elsewhere."""
    log_in(browser, base, second, f"{place}/edit", sessions)
    fill(browser, publisher="Typed slowly")
    session = browser.call("GET", "/cookie")
    browser.call("DELETE", "/cookie")
    save(browser)
    shows(browser, ".edit [role=alert]", "not logged in any more")
    fits(browser)
    assert browser.value("#edit-publisher") == "Typed slowly" and not browser.elements(".versions, .below, .ticks")
    for cookie in session:
        browser.call("POST", "/cookie", {"cookie": cookie})
    save(browser)
    shows(browser, ".edit [role=alert]", "another session")
    save(browser)
    shows(browser, ".headline .publisher", "Typed slowly")


def references(browser, base, links, line):
    """The study as a reference: whole in every form, and the same on the page itself."""
    place = f"{base}/reports/{STUDY}"
    title = "Spinning out public services: what four councils learned"
    assert line.startswith("Holloway, M., Osei, D., Pritchard, F., & Whitfield, T. (2023, March") and line.endswith(place), line
    assert [link.rsplit(".", 1)[1] for link in links] == ["bib", "ris", "json", "txt", "jsonld"], links
    found = {}
    for link in links:
        with urllib.request.urlopen(link) as answer:
            assert "attachment" in answer.headers["Content-Disposition"], link
            found[link.rsplit(".", 1)[1]] = answer.read().decode()
    entry = found["bib"]
    assert re.fullmatch(r"@\w+\{holloway2023spinning,\n(  \w+ = .+,\n)+\}\n", entry) and entry.count("{") == entry.count("}"), entry
    fields = dict(re.findall(r"  (\w+) = \{?(.*?)\}?,\n", entry))
    assert fields["author"] == "Holloway, Margaret and Osei, Daniel and Pritchard, Ffion and Whitfield, Thomas", fields
    assert (fields["title"].strip("{}"), fields["year"], fields["month"], fields["url"]) == (title, "2023", "mar", place), fields
    assert fields["institution"] == "Centre for Local Public Services", fields
    record = [line.split("  - ", 1) for line in found["ris"].split("\r\n")[:-1]]
    assert record[0] == ["TY", "RPRT"] and record[-1] == ["ER", ""], record
    assert [value for tag, value in record if tag == "AU"][0] == "Holloway, Margaret" and ["EP", "17"] in record, record
    [item] = json.loads(found["json"])
    assert item["type"] == "report" and item["title"] == title and item["issued"]["date-parts"][0][:2] == [2023, 3], item
    assert found["txt"].strip() == line, found["txt"]
    data = browser.run("return document.querySelector('script[type=\"application/ld+json\"]').textContent")
    assert json.loads(data) == json.loads(found["jsonld"]), data
    tags = browser.run("return [...document.querySelectorAll('meta[name^=citation_]')].map((each) => [each.name, each.content])")
    assert [content for name, content in tags if name == "citation_author"][0] == "Margaret Holloway", tags
    assert ["citation_pdf_url", f"{place}/file.pdf"] in tags and ["citation_title", title] in tags, tags
    assert any(name == "citation_publication_date" and content.startswith("2023/03") for name, content in tags), tags
    assert browser.run("return document.querySelector('link[rel=canonical]').href") == place


def permalinks(binary, fixtures, folder):
    """What is cited says the same under the same address when the index is made again and when the file moves."""
    for name in ("reports", "moved"):
        (folder / name).mkdir(parents=True)
    shutil.copy(fixtures / "spin-out-study.pdf", folder / "reports" / "first-name.pdf")
    shutil.copy(fixtures / "waste-circular.pdf", folder / "reports" / "other.pdf")
    (folder / "recto.toml").write_text('[serve]\npublic_url = "https://library.example"\n')

    def recto(*arguments):
        done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr.decode()

    def cited(name):
        base = f"http://127.0.0.1:{free_port()}"
        command = [binary, "serve", "--listen", base.removeprefix("http://")]
        server = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        try:
            answering(base)
            places = ["", "?q=reserves", "/pages/6", "/pages/9?q=reserves", "/citation.bib", "/citation.ris", "/citation.txt"]
            texts = [urllib.request.urlopen(f"{base}/reports/{STUDY}{place}").read().decode() for place in places]
            return {place: text.replace(name, "study.pdf") for place, text in zip(places, texts)}
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)

    recto("ingest", "reports")
    before = cited("first-name.pdf")
    wanted = [f'href="https://library.example/reports/{STUDY}"', *(f'id="{name}"' for name in ("abstract", "recommendations", "contents", "cite"))]
    assert all(each in before[""] for each in wanted), before[""]
    recto("rebuild")
    assert cited("first-name.pdf") == before, "the index was made again"
    (folder / "reports" / "first-name.pdf").rename(folder / "moved" / "second-name.pdf")
    recto("ingest", "reports", "moved", "--prune", "--yes")
    assert cited("second-name.pdf") == before, "the file was moved"


def progress(browser, binary, folder):
    """While reports are read, the start page counts them, and says when all are there."""
    reports = folder / "many"
    reports.mkdir()
    for number in range(MANY):
        (reports / f"{number}.pdf").write_bytes(pdf(f"Report {number}", "The Printer", [f"This is number {number}."]))
    base = f"http://127.0.0.1:{free_port()}"
    command = [binary, "--index", str(folder / "live"), "serve", "--listen", base.removeprefix("http://")]
    server = subprocess.Popen([*command, "--ingest", str(reports)], stderr=subprocess.DEVNULL)
    try:
        answering(base)
        browser.go(f"{base}/")
        assert "Reports are being read now" in browser.text(".notice"), browser.text(".notice")
        browser.wait("document.querySelector('.notice').textContent", "All has been read. Look again.")
        browser.click(".notice a")
        browser.wait("document.readyState === 'complete' && !document.querySelector('.notice')")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def handing_over(browser, binary, base, index, folder):
    """A report is handed over with a key and found; without a good one it is told what is wrong."""
    report = folder / "late.pdf"
    report.write_bytes(pdf("A late report", "The Printer", ["It was handed over by a marmot."]))
    made = subprocess.run([binary, "--index", index, "keys", "create", "--name", "page", "--scope", "ingest"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    browser.go(f"{base}/upload")
    browser.call("POST", f"/element/{browser.element('#upload input[type=file]')}/value", {"text": str(report)})
    for key, wanted in [("nonsense", "The key is not accepted"), (made.stdout.split()[-1], "can be found")]:
        browser.type("#upload input[name=key]", key)
        browser.click("#upload button")
        browser.wait(f"(document.querySelector('.handed li:last-child')?.textContent ?? '').includes({json.dumps(wanted)})")
        browser.wait("document.querySelector('#upload button').disabled", False)
    browser.complaints()  # the refusal is logged
    browser.click(".handed a")
    browser.arrive("/reports/")
    assert browser.text("h1") == "A late report", browser.text("h1")


def handing_over_plainly(browser, binary, base, index, folder):
    """Without scripts an editor hands over several files in one form and is told of each; nobody else has the form."""
    files = {"plain-late.pdf": pdf("A plainly late report", "The Printer", ["It was handed over by a form."]),
             "plain-notes.pdf": b"These are notes.", "plain-broken.pdf": b"%PDF-1.7 nothing more"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    browser.call("DELETE", "/cookie")
    browser.go(f"{base}/upload")
    assert "log in" in browser.text("noscript") and not browser.call("GET", f"/element/{browser.element('#upload')}/displayed")
    somebody(binary, index, "Plain editor", "editor")
    log_in(browser, base, "Plain editor", "/upload")
    browser.click("#upload button")  # the browser itself asks for a file
    assert browser.address().endswith("/upload")
    chosen = "\n".join(str(folder / name) for name in files)
    browser.call("POST", f"/element/{browser.element('#upload input[type=file]')}/value", {"text": chosen})
    browser.click("#upload button")
    browser.arrive("/upload/")
    assert browser.text("h1") == "3 files handed over", browser.text("h1")
    until = time.monotonic() + PATIENCE
    while browser.elements("[data-waiting]"):
        assert time.monotonic() < until, browser.text("main")
        browser.click("main .button")
        time.sleep(0.2)
    assert browser.text("main p") == "1 can be found, 1 could not be read, 1 was not taken.", browser.text("main p")
    told = browser.text(".handed")
    assert "Not a PDF: check that it really is a PDF." in told and "Too damaged to be read: " in told, told
    place = browser.address()
    browser.click(".handed a")
    browser.arrive("/reports/")
    assert browser.text("h1") == "A plainly late report", browser.text("h1")
    browser.call("DELETE", "/cookie")
    browser.go(place)
    browser.arrive("/login?next=")


def log_in(browser, base, name, place, sessions=None):
    """As somebody else than before, to this place. `sessions` keeps whose session it is for the next time: attempts are counted."""
    browser.call("DELETE", "/cookie")
    browser.go(f"{base}/login?" + urllib.parse.urlencode({"next": place}))
    if sessions and name in sessions:
        for cookie in sessions[name]:
            browser.call("POST", "/cookie", {"cookie": cookie})
        browser.go(base + place)
    else:
        browser.type("input[name=name]", name)
        browser.type("input[name=password]", PASSWORD)
        browser.click("main form button")
    browser.arrive(place)
    if sessions is not None:
        sessions[name] = browser.call("GET", "/cookie")


def register(browser, name):
    browser.click("#write a[href*='/register']")
    browser.type("input[name=name]", name)
    browser.type("input[name=password]", PASSWORD)
    browser.type("input[name=repeat]", PASSWORD)
    browser.click("main form button")


def approve(browser, base, moderator):
    log_in(browser, base, moderator, "/admin/comments")
    browser.click("button[value=approve]")
    while browser.elements("button[value=approve]"):
        time.sleep(0.05)
    assert "Nothing waits for approval" in browser.text("main"), browser.text("main")


def discussion(browser, binary, base, index, report, scripts):
    """From a stranger on a report's page to a comment, its approval, a reply, a change, and its end."""
    sort = "with" if scripts else "without"
    place, moderator, first, second = f"/reports/{report}", f"moderator {sort}", f"Ada {sort}", f"Ben {sort}"
    somebody(binary, index, moderator, "admin")
    browser.call("DELETE", "/cookie")
    browser.go(base + place)
    assert "Be the first to write a comment." in browser.text("#comments")
    assert "Log in to post a comment or reply." in browser.text("#write") and not browser.elements("#write textarea")
    register(browser, first)
    browser.arrive(f"{place}#write")
    if scripts:
        browser.type("#comment-text", "A draft that is kept")
        browser.go(f"{base}/")
        browser.go(base + place)
        assert browser.value("#comment-text") == "A draft that is kept"
    browser.type("#comment-text", "The council kept the savings.\nWho counted them?")
    browser.type(".writing input[name=page]", "2")
    browser.click(".writing button")
    browser.arrive(f"{place}#comment-")
    number = browser.address().split("#comment-")[1]
    assert "Waits for approval" in browser.text(f"#comment-{number}"), browser.text(f"#comment-{number}")
    if scripts:
        assert browser.value("#comment-text") == "", "what was sent is no draft any more"
    browser.call("DELETE", "/cookie")
    browser.go(base + place)
    assert "savings" not in browser.text("#comments"), "shown before it was approved"
    approve(browser, base, moderator)
    browser.call("DELETE", "/cookie")
    browser.go(f"{base}{place}/pages/2")
    assert browser.text(".talk-of-page .count") == "1"
    browser.go(base + place)
    assert "Who counted them?" in browser.text(f"#comment-{number}")
    register(browser, second)
    browser.arrive(f"{place}#write")
    browser.click(f"#comment-{number} .reply summary")
    browser.type(f"#comment-{number} .reply textarea", "The auditors did.")
    # The session ends while it is written: the text comes back, and is sent after logging in elsewhere.
    cookies = browser.call("GET", "/cookie")
    browser.call("DELETE", "/cookie")
    browser.click(f"#comment-{number} .reply button")
    while not browser.elements("main [role=alert]"):
        time.sleep(0.05)
    assert browser.value("#comment-text") == "The auditors did."
    assert "log in" in browser.text("main [role=alert]").lower()
    for cookie in cookies:
        browser.call("POST", "/cookie", {"cookie": cookie})
    browser.click(".write button")
    while "made for another session" not in browser.text("main [role=alert]"):
        time.sleep(0.05)
    browser.click(".write button")
    browser.arrive("#comment-")
    answer = browser.address().split("#comment-")[1]
    approve(browser, base, moderator)
    log_in(browser, base, first, place)
    assert "The auditors did." in browser.text(f"#comment-{answer}")
    assert not browser.elements(f"#comment-{answer} .doings"), "somebody else's"
    browser.click(f"#comment-{number} a[href$='/edit']")
    browser.type("#comment-text", "The council kept all savings.")
    browser.click(".write button")
    browser.arrive(f"#comment-{number}")
    assert "kept all savings" in browser.text(f"#comment-{number}") and "edited" in browser.text(f"#comment-{number}")
    browser.go(f"{base}/?q=savings+council")
    browser.click(".mentions a")
    browser.arrive("/comments?q=savings+council")
    assert "kept all savings" in browser.text(".comment")
    browser.go(base + place)
    browser.click(f"#comment-{number} a[href$='/delete']")
    browser.click(".write button")
    browser.arrive(f"{place}#comments")
    assert "This comment was deleted." in browser.text(f"#comment-{number}")
    assert "The auditors did." in browser.text(f"#comment-{answer}")
    browser.complaints()  # the refusals are logged


def accessible_discussion(browser, binary, base, index, axe, report):
    """Comments for somebody who is logged in, with every form there is."""
    somebody(binary, index, "Marmaduke", "admin")
    log_in(browser, base, "Marmaduke", f"/reports/{report}")
    browser.type("#comment-text", "A marmot said so.\nIt whistled, too.")
    browser.click(".writing button")
    browser.arrive("#comment-")
    browser.go(f"{base}/reports/{report}")
    number = browser.attribute(".comment", "id").removeprefix("comment-")
    browser.go(f"{base}/upload")
    handed = browser.call("POST", "/execute/async", {"args": [], "script":
        "const done = arguments[0], form = new FormData(document.getElementById('upload'));"
        "form.set('files', new File(['notes'], 'notes.txt'));"
        "fetch('/upload', { method: 'POST', body: form }).then((answer) => done(answer.url))"})
    assert "/upload/" in handed, handed
    accessible(browser, base, axe, [
        ("report with comments", f"/reports/{report}"), ("page with comments", f"/reports/{report}/pages/1#write"),
        ("comments of a report", f"/reports/{report}/comments"), ("comments", "/comments?q=marmot"),
        ("moderation", "/admin/comments?state=shown"), ("changing", f"/comments/{number}/edit"),
        ("deleting", f"/comments/{number}/delete"), ("administration", "/admin"), ("failures", "/admin/failures"),
        ("failures of a reason", "/admin/failures?reason=needs_password"), ("gaps", "/admin/coverage"),
        ("correcting", f"/reports/{SCHOOLS}/edit"), ("accounts", "/admin/accounts"), ("keys", "/admin/keys"),
        ("adding as an editor", "/upload"), ("handed over", handed.removeprefix(base)), ("account", "/account"),
    ])
    browser.call("DELETE", "/cookie")
OTHER_PASSWORD = "and sleep all winter long"


def shows(browser, selector, text):
    """Waits until an element holds this text, whatever pages come in between."""
    until, seen = time.monotonic() + PATIENCE, None
    while True:
        try:
            seen = browser.text(selector)
            if text in seen:
                return
        except AssertionError as error:
            seen = error
        assert time.monotonic() < until, f"{selector} does not show {text!r} but {seen!r} at {browser.address()}"


def send(browser, action, **fields):
    """Fills in a form and sends it."""
    form = f"form[action='{action}']"
    for name, text in fields.items():
        browser.type(f"{form} [name={name}]", text)
    browser.click(f"{form} button")


def person(browser, base, name):
    """Somebody registers, logs out and in, mistypes, and takes another password."""
    browser.call("DELETE", "/cookie")
    browser.go(f"{base}/reports/{STUDY}")
    browser.click("nav.account a")
    browser.arrive("/login?next=")
    browser.click("main a")
    browser.arrive("/register?next=")
    send(browser, "/register", name=name, password="short", repeat="shorter")
    shows(browser, "#password-fault", "at least 12 characters")
    shows(browser, "#repeat-fault", "not the same")
    assert browser.attribute("#name", "value") == name and not browser.attribute("#password", "value")
    send(browser, "/register", password=PASSWORD, repeat=PASSWORD)
    browser.arrive(f"/reports/{STUDY}")
    shows(browser, "nav.account", name)
    browser.click("nav.account button")
    shows(browser, "nav.account", "Log in")
    browser.go(f"{base}/account")
    browser.arrive("/login?next=%2Faccount")
    send(browser, "/login", name=name, password=OTHER_PASSWORD)
    shows(browser, "main .fault", "Name or password is not right")
    send(browser, "/login", password=PASSWORD)
    browser.arrive("/account")
    shows(browser, "h1", name)
    send(browser, "/account/password", current=OTHER_PASSWORD, password=OTHER_PASSWORD, repeat=OTHER_PASSWORD)
    shows(browser, "#passwordcurrent-fault", "not your password")
    send(browser, "/account/password", current=PASSWORD, password=OTHER_PASSWORD, repeat=OTHER_PASSWORD)
    shows(browser, "main .notice", "The password was set")
    browser.click("nav.account button")
    shows(browser, "nav.account", "Log in")
    browser.go(f"{base}/login")
    send(browser, "/login", name=name, password=OTHER_PASSWORD)
    shows(browser, "nav.account", name)
    browser.click("nav.account button")
    shows(browser, "nav.account", "Log in")


def administrator(browser, binary, base, index, folder, name, axe):
    """An administrator makes somebody an editor, a key and an invitation; every page of accounts can be used by all."""
    secret = folder / "password"
    secret.write_text(f"{PASSWORD}\n")
    made = subprocess.run([binary, "--index", index, "accounts", "create", "Marmot", "--role", "admin", "--password-file", secret],
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    if axe:
        accessible(browser, base, axe, [("login", "/login"), ("register", "/register"), ("no invitation", "/register?invitation=x")])
    browser.go(f"{base}/login?next=/admin/accounts")
    send(browser, "/login", name="marmot", password=PASSWORD)
    browser.arrive("/admin/accounts")
    row = f"select[aria-label='Role of {name}']"
    browser.click(f"{row} option[value=editor]")
    browser.click(f"button[aria-label='Change the role of {name}']")
    shows(browser, f"{row} option:checked", "editor")
    browser.click("#inviterole option[value=editor]")
    browser.click("form[action='/admin/accounts'] button")
    shows(browser, ".secret", f"{base}/register?invitation=")
    links = len(browser.elements("input[name=ticket]"))
    browser.go(f"{base}/admin/accounts")
    assert not browser.elements(".secret") and "Makes an account of role editor" in browser.text("main"), "shown once, listed after"
    browser.click("#inviterole option[value=reader]")
    browser.click("form[action='/admin/accounts'] button")
    browser.click(f"button[aria-label='Revoke link {links + 1}']")
    browser.arrive("/admin/accounts#links")
    assert len(browser.elements("input[name=ticket]")) == links, "the link is not revoked"
    browser.go(f"{base}/admin/keys")
    send(browser, "/admin/keys", name="harvester")
    shows(browser, ".secret", "recto_")
    browser.click("button[aria-label='Revoke harvester']")
    shows(browser, "tbody", "revoked")
    report = folder / "edited.pdf"
    report.write_bytes(pdf("A report by an editor", "The Printer", ["It was handed over without a key."]))
    browser.go(f"{base}/upload")
    browser.call("POST", f"/element/{browser.element('#upload input[type=file]')}/value", {"text": str(report)})
    browser.click("#upload button")
    shows(browser, ".handed li:last-child", "can be found")
    if axe:
        kinds = [("account", "/account"), ("accounts", "/admin/accounts"), ("keys", "/admin/keys"), ("upload", "/upload"), ("start", "/")]
        accessible(browser, base, axe, kinds)
    browser.go(f"{base}/account")
    browser.click("nav.account button")
    shows(browser, "nav.account", "Log in")


def accessible(browser, base, axe, kinds):
    """axe finds nothing serious, whatever the window and the scheme."""
    serious = []
    browser.call("POST", "/timeouts", {"script": 180_000})  # milliseconds; a busy machine takes a while over a long page
    for width, dark in [(1280, False), (1280, True), (390, False), (390, True)]:
        browser.look(width, 844, dark)
        for name, path in kinds:
            browser.go(base + path)
            # What is folded is looked at as well, but for most of the many answers that the API's page describes.
            browser.run("for (const box of [...document.querySelectorAll('details')].slice(0, 4)) box.open = true")
            browser.run(axe)
            found = browser.call("POST", "/execute/async", {"args": [], "script":
                "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then((result) => done("
                "result.violations.map((each) => [each.id, each.impact, each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))])))"})
            for rule, impact, nodes in found:
                scheme = "dark" if dark else "light"
                print(f"    axe {impact}: {rule} on {name}, {width} px, {scheme}: {nodes}")
                if impact in ("serious", "critical"):
                    serious.append((rule, name, width, scheme))
            wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide} px wider than a window of {width} px"
            hidden = browser.run("return [...document.querySelectorAll('.admin .wide')].some((box) => box.scrollWidth > box.clientWidth + 1)")
            assert not hidden, f"a table on {name} is wider than a window of {width} px"
    assert not serious, serious
    browser.look()


def library(folder, fixtures):
    """Reports to look for."""
    shutil.copytree(fixtures, folder / "fixtures", ignore=shutil.ignore_patterns("make", "expected"))
    for number in range(14):
        lines = [f"Report {number} is about quires.", "It has a few lines of text.", "Nobody reads to the end of it."]
        (folder / f"paging-{number}.pdf").write_bytes(pdf(f"Paging {number}", "The Printer", lines))
    lines = ["Cash transfers reached most households.", "Without cash, transfers of food went on; housing was lost."]
    (folder / "cash.pdf").write_bytes(pdf("Cash transfers", "A. Author", lines))
    lines = SEQUEL.split("\n")
    (folder / "sequel.pdf").write_bytes(pdf("A sequel on spin-outs", "Margaret Holloway", lines))


def screenshots(browser, base, kinds, folder):
    """A picture of every kind of page in every variant, for people to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for width, dark in [(1280, False), (1280, True), (390, False), (390, True)]:
        browser.look(width, 900 if width > 600 else 844, dark)
        for name, path in kinds:
            browser.go(base + path)
            time.sleep(0.5)
            shot = browser.tool("Page.captureScreenshot", format="png")["data"]
            (folder / f"{name}-{width}-{'dark' if dark else 'light'}.png").write_bytes(base64.b64decode(shot))
    browser.look()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("fixtures", type=Path)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("--only", help="one part alone")
    parser.add_argument("--screenshots", type=Path, help="a folder to put pictures of every kind of page in")
    arguments = parser.parse_args()
    binary = str(Path(arguments.binary).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        temporary = Path(temporary)
        reports, index = temporary / "reports", str(temporary / "index")
        reports.mkdir()
        library(reports, arguments.fixtures)
        done = subprocess.run([binary, "--index", index, "ingest", str(reports)], capture_output=True, timeout=300)
        assert done.returncode in (0, 3), done.stderr.decode()
        base = f"http://127.0.0.1:{free_port()}"
        server = subprocess.Popen(
            [binary, "--index", index, "serve", "--listen", base.removeprefix("http://")], stderr=subprocess.DEVNULL,
            env={**os.environ, "RECTO_ACCOUNTS__REGISTRATION": "open"},
        )
        try:
            answering(base)
            report = json.load(urllib.request.urlopen(f"{base}/api/v1/search?q=file:cash"))["hits"][0]["id"]
            other = json.load(urllib.request.urlopen(f"{base}/api/v1/search?q=file:eau-potable"))["hits"][0]["id"]
            kinds = [
                ("start", "/"), ("results", "/?q=%22energy+efficiency%22"), ("nothing", "/?q=zzqqzz"),
                ("relaxed", "/?q=energy+zzqqzz"), ("refused", "/?q=" + "(" * 20 + "a"), ("list", "/reports"), ("upload", "/upload"),
                ("narrowed", "/reports?language=en&sort=-date"), ("years", "/years"), ("languages", "/languages"), ("tags", "/tags"),
                ("report", f"/reports/{STUDY}?q=energy"), ("page", f"/reports/{STUDY}/pages/11?q=energy"),
                ("error", "/reports/unknown"), ("docs", "/docs"), ("comments", "/comments"), ("contributors", "/contributors"),
                ("contributor", "/reports?contributor=Margaret+Holloway"), ("reset", "/reset?ticket=x"),
            ]
            parts = {
                "journey": lambda browser: journey(browser, base, True),
                "ways in": lambda browser: ways_in(browser, base),
                "looking after": lambda browser: looking_after(browser, binary, base, index, True),
                "coverage": lambda browser: coverage(browser, base, report),
                "keys": lambda browser: keys(browser, base),
                "back": lambda browser: back(browser, base),
                "quotation": lambda browser: quotation(browser, base, report),
                "landing": lambda browser: landing(browser, base, True),
                "permalinks": lambda _: permalinks(binary, arguments.fixtures, temporary / "permalinks"),
                "progress": lambda browser: progress(browser, binary, temporary),
            }
            parts["correcting"] = lambda browser: correcting(browser, binary, base, index, True)
            parts["handing over"] = lambda browser: handing_over(browser, binary, base, index, temporary)
            parts["discussion"] = lambda browser: discussion(browser, binary, base, index, STUDY, True)
            axe = None
            if arguments.axe:
                axe = arguments.axe.read_text(encoding="utf-8")
                parts["accessible discussion"] = lambda browser: accessible_discussion(browser, binary, base, index, axe, report)
                parts["accessible"] = lambda browser: accessible(browser, base, axe, kinds)
            parts["person"] = lambda browser: person(browser, base, "Ada")
            parts["administrator"] = lambda browser: administrator(browser, binary, base, index, temporary, "Ada", axe)
            if arguments.screenshots:
                parts["screenshots"] = lambda browser: screenshots(browser, base, kinds, arguments.screenshots)
            started = time.monotonic()
            with Browser() as browser:
                for name, part in parts.items():
                    if arguments.only in (None, name):
                        part(browser)
                        assert not (complaints := browser.complaints()), complaints
                        print(f"ok  {name} ({time.monotonic() - started:.0f} s)", flush=True)
            if arguments.only in (None, "plain"):
                with Browser(scripts=False) as browser:
                    journey(browser, base, False)
                    discussion(browser, binary, base, index, other, False)
                    landing(browser, base, False)
                    correcting(browser, binary, base, index, False)
                    ways_in(browser, base)
                    looking_after(browser, binary, base, index, False)
                    person(browser, base, "Grace")
                    handing_over_plainly(browser, binary, base, index, temporary)
                print(f"ok  the same journeys without scripts ({time.monotonic() - started:.0f} s)")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


if __name__ == "__main__":
    main()
