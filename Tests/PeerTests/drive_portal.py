"""The portal in headless Chromium: twenty flows, each as a person would go through it, three times over. Everything
asked for must come from the service itself, the first page stay small, and the viewer's picture be the renderer's.
Prints a JSON object; screenshots go into FOLDER.

    drive_portal.py MAQUETTE FOLDER MODEL.glb [ROUNDS]
"""

import io
import json
import os
import subprocess
import sys
import time

import numpy
from PIL import Image
from scipy.ndimage import uniform_filter
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from service_process import Service, serve_files

maquette, folder, path = sys.argv[1:4]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 1
os.makedirs(folder, exist_ok=True)
files = serve_files(os.path.dirname(path))
problems = []


def check(name, holds, seen=""):
    if not holds:
        problems.append(f"{name}: {seen}")


def browser(width=1280, height=900):
    options = webdriver.ChromeOptions()
    for word in ["--headless=new", "--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
                 "--enable-unsafe-swiftshader", "--force-device-scale-factor=1", f"--window-size={width},{height}"]:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


class Flows:
    def __init__(self, page, base, key, label):
        self.page, self.base, self.key, self.label = page, base, key, label
        self.done = []

    def until(self, what, seconds=30):
        # What is asked may be drawn anew meanwhile.
        return WebDriverWait(self.page, seconds, poll_frequency=0.1, ignored_exceptions=[
            StaleElementReferenceException, NoSuchElementException]).until(lambda _: what())

    def all(self, selector):
        return self.page.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.until(lambda: next(iter(self.all(selector)), None))

    def button(self, text, within="main"):
        return self.until(lambda: next((b for b in self.all(f"{within} button") if b.text.startswith(text)
                                        and b.is_displayed() and b.is_enabled()), None))

    def go(self, where):
        self.page.get(f"{self.base}/ui#/{where}")

    def heading(self, text):
        self.until(lambda: any(h.text.startswith(text) for h in self.all("h1")))

    def shot(self, name):
        self.page.save_screenshot(f"{folder}/{self.label}-{name}.png")

    def run(self):
        for flow in [self.wrong_key, self.right_key, self.keyboard, self.upload, self.duplicate, self.ingest, self.search,
                     self.tags, self.viewer, self.viewer_modes, self.facts, self.report, self.verb, self.quote, self.render,
                     self.jobs, self.gallery, self.dataset, self.bulk, self.keys, self.ledger, self.webhooks, self.phone]:
            try:
                flow()
                self.done.append(flow.__name__)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is told
                self.shot("failed-" + flow.__name__)
                problems.append(f"{self.label} {flow.__name__}: {type(error).__name__} {str(error)[:300]}")

    def wrong_key(self):
        self.page.get(f"{self.base}/ui")
        self.heading("Your key")
        self.one("#key").send_keys("nonsense")
        self.button("Go on").click()
        self.until(lambda: "not known" in self.one("#news").text)

    def right_key(self):
        self.one("#key").clear()
        self.one("#key").send_keys(self.key + Keys.ENTER)
        self.heading("Models")
        self.until(lambda: "acme" in self.one("#who").text)

    def keyboard(self):
        """Every page is reached with the tabulator alone, from the link that skips the rest on."""
        self.go("account")
        self.page.refresh()
        self.heading("Account")
        self.until(lambda: self.all("section[aria-label=Webhooks] table"))
        webdriver.ActionChains(self.page).send_keys(Keys.TAB, Keys.ENTER).perform()
        check("keyboard: the skip link stays on the page", self.all("h1")[0].text == "Account")
        self.go("models")
        self.page.refresh()
        self.heading("Models")
        self.until(lambda: self.page.switch_to.active_element.tag_name == "body")
        webdriver.ActionChains(self.page).send_keys(Keys.TAB).perform()
        active = self.page.switch_to.active_element
        check("keyboard: first the skip link", active.text == "To the content", active.text)
        seen = []
        for _ in range(6):
            webdriver.ActionChains(self.page).send_keys(Keys.TAB).perform()
            seen.append(self.page.switch_to.active_element.text)
        check("keyboard: then the pages", seen[1:6] == ["Models", "Jobs", "Gallery", "Datasets", "Account"], seen)
        unnamed = self.page.execute_script(
            "return [...document.querySelectorAll('input,select,button')].filter(e => !(e.labels?.length || "
            "e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML)")
        check("keyboard: everything has a name", not unnamed, unnamed)

    def upload(self):
        self.one("#new-tags").send_keys("oak, tower")
        self.one("#files").send_keys(path)
        self.until(lambda: any(a.text == "there" for a in self.all("[aria-label=Uploads] a")))
        self.until(lambda: len(self.all(".card")) == 1)

    def duplicate(self):
        self.one("#files").send_keys(path)
        self.until(lambda: any("just sent" in s.text for s in self.all("[aria-label=Uploads] span")))

    def ingest(self):
        self.one("#url").send_keys(f"http://{files}/second.glb")
        self.button("Import").click()
        self.until(lambda: len(self.all(".card")) == 2)

    def search(self):
        self.one("#search").send_keys("second")
        self.until(lambda: [c.is_displayed() for c in self.all(".card")].count(True) == 1)
        self.one("#search").clear()
        self.one("#search").send_keys(" " + Keys.BACKSPACE)

    def tags(self):
        self.one("#tags").send_keys("tower" + Keys.TAB)
        self.until(lambda: len(self.all(".card")) == 1)
        check("tags are shown", "oak" in self.one(".card").text, self.one(".card").text)
        self.shot("models")

    def viewer(self):
        self.one(".card .text a").click()
        self.heading("chair")
        canvas = self.one("canvas[data-ready]")
        told = self.one("main .quiet[role=status]").text
        milliseconds = int(told.split(" shown in ")[1].split(" ms")[0])
        check("viewer: within two seconds", milliseconds < 2000, told)
        self.page.execute_script("arguments[0].parentElement.className='stage square'", canvas)
        self.until(lambda: self.page.execute_script("return arguments[0].width === arguments[0].height", canvas))
        time.sleep(1)
        data = self.page.execute_script("return arguments[0].toDataURL('image/png')", canvas)
        import base64
        seen = Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")
        subprocess.run([maquette, "render", path, "-o", f"{folder}/ours.png", "--width", str(seen.width), "--background",
                        "white", "--no-self-shadows", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        ours = Image.open(f"{folder}/ours.png").convert("RGB").resize(seen.size)
        seen.save(f"{folder}/{self.label}-viewer.png")
        alike = ssim(numpy.asarray(seen.convert("L"), float), numpy.asarray(ours.convert("L"), float))
        self.alike = round(alike, 3)
        check("viewer: the renderer's picture", alike >= 0.9, alike)

    def viewer_modes(self):
        canvas = self.one("canvas[data-ready]")
        before = canvas.screenshot_as_png
        for name in ["Wireframe", "Normals", "Bounds"]:
            box = next(label for label in self.all("main label") if label.text == name)
            box.click()
            time.sleep(0.4)
            check(f"viewer: {name}", canvas.screenshot_as_png != before)
            box.click()
        canvas.send_keys(Keys.ARROW_LEFT, "+")
        time.sleep(0.4)
        check("viewer: keys turn it", canvas.screenshot_as_png != before)
        self.shot("model")

    def facts(self):
        title = self.one("#title")
        title.clear()
        title.send_keys("A tall chair")
        self.button("Save").click()
        self.until(lambda: "Saved" in self.one("#news").text)
        self.page.refresh()
        self.heading("A tall chair")

    def report(self):
        self.button("Measure").click()
        self.until(lambda: any("Watertight" in d.text for d in self.all("section[aria-label='Watertight report'] dl")), 60)

    def verb(self):
        self.button("Halve the triangles").click()
        self.until(lambda: any("decimate.glb" in b.text for b in self.all("[aria-label=Results] button")), 120)

    def quote(self):
        quality = next(s for s in self.all("section[aria-label=Render] label") if s.text.startswith("Quality"))
        quality.find_element(By.CSS_SELECTOR, "option:nth-child(3)").click()
        self.until(lambda: "16 of your" in self.one("section[aria-label=Render] p").text)
        quality.find_element(By.CSS_SELECTOR, "option:nth-child(1)").click()
        self.until(lambda: self.one("section[aria-label=Render] p").text.startswith("1 of your"))

    def render(self):
        makes = next(s for s in self.all("section[aria-label=Render] label") if s.text.startswith("Makes a"))
        makes.find_element(By.CSS_SELECTOR, "option:nth-child(2)").click()
        self.button("Order", "section[aria-label=Render]").click()
        self.until(lambda: "Ordered" in self.one("#news").text)
        self.until(lambda: any("Look into it" in c.text for c in self.all("[aria-label=Renders] .card")), 180)

    def jobs(self):
        self.go("jobs")
        self.heading("Jobs")
        self.until(lambda: any("dataset" in row.text and "done" in row.text for row in self.all("tbody tr")), 60)
        self.shot("jobs")

    def gallery(self):
        self.go("gallery")
        self.heading("Gallery")
        self.button("Show Preview").click()
        self.until(lambda: self.page.execute_script("const v = document.querySelector('video[controls]'); return v && v.readyState > 1 && v.videoWidth > 0"))
        self.shot("gallery")

    def dataset(self):
        self.go("datasets")
        self.until(lambda: next((a for a in self.all("a") if a.text == "Look into it"), None)).click()
        self.heading("Dataset")
        self.until(lambda: len(self.all("figure img")) >= 3, 60)
        self.shot("dataset")
        self.page.execute_script("document.querySelector('.sheet').scrollIntoView()")
        self.until(lambda: len(self.all(".sheet img")) > 10, 60)
        check("dataset: 100 views", len(self.all(".sheet button")) == 100, len(self.all(".sheet button")))
        self.all(".sheet button")[7].click()
        self.until(lambda: "00007" in self.one("dl").text)
        self.button("Save poses").click()
        time.sleep(0.5)
        check("dataset: poses are saved", not self.one("#news").text, self.one("#news").text)

    def bulk(self):
        self.go("models")
        self.until(lambda: len(self.all(".card")) == 2)
        for box in self.all(".card input"):
            box.click()
        self.one("#bulk-tags").send_keys("sale")
        self.button("Set tags").click()
        self.until(lambda: sum("sale" in card.text for card in self.all(".card")) == 2)
        self.button("Render a turntable of each").click()
        alert = self.until(lambda: self.alert())
        check("bulk: the quote is asked about", alert.text.startswith("2 of"), alert.text)
        alert.accept()
        self.heading("Jobs")

    def alert(self):
        try:
            return self.page.switch_to.alert
        except Exception:  # noqa: BLE001 - there is none yet
            return None

    def keys(self):
        self.go("account")
        self.heading("Account")
        self.one("#key-name").send_keys("for the shop")
        self.button("Make a key").click()
        secret = self.until(lambda: next((c.text for c in self.all("section[aria-label=Keys] code")), None))
        check("keys: one is made", secret.startswith("maq_sk_"), secret)
        row = self.until(lambda: next((r for r in self.all("section[aria-label=Keys] tbody tr") if "for the shop" in r.text), None))
        row.find_element(By.TAG_NAME, "button").click()
        self.until(lambda: self.alert()).accept()
        self.until(lambda: any("revoked" in r.text for r in self.all("section[aria-label=Keys] tbody tr")))

    def ledger(self):
        self.until(lambda: any("precharge" in r.text for r in self.all("section[aria-label=Ledger] tbody tr")))

    def webhooks(self):
        self.one("#hook-url").send_keys("https://example.org/hook")
        self.button("Add").click()
        self.until(lambda: any("example.org" in r.text for r in self.all("table[aria-label=Webhooks] tr")))
        self.shot("account")

    def phone(self):
        self.page.set_window_size(400, 800)
        for where in ["models", "jobs", "gallery", "account"]:
            self.go(where)
            time.sleep(0.6)
            wide = self.page.execute_script("return document.documentElement.scrollWidth - innerWidth")
            check(f"phone: {where} is not wider than the screen", wide <= 0, wide)
        self.shot("phone")


def ssim(a, b):
    """Wang, Bovik, Sheikh, Simoncelli, 2004, with windows of 7 x 7."""
    mean = lambda x: uniform_filter(x, 7)  # noqa: E731
    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(((2 * ma * mb + c1) * (2 * vab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


subprocess.run([maquette, "sample", "-o", os.path.dirname(path) + "/second.glb", "--texture-size", "128", "--quiet"],
               check=True, stdout=subprocess.DEVNULL)
elsewhere, weights, alike, flows_done = set(), [], [], 0
for number in range(rounds):
    service = Service(maquette, f"{folder}/data{number}", "--allow-addresses", files, "--billing", "enforce", "--workers", "2",
                      credits=1000)
    page = browser()
    try:
        flows = Flows(page, service.url, service.key, f"round{number}")
        flows.run()
        flows_done = len(flows.done)
        alike.append(getattr(flows, "alike", None))
        sizes, first = {}, True
        for entry in page.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                if not address.startswith((service.url, "blob:", "data:", "chrome:", "about:")):
                    elsewhere.add(address)
        for entry in page.get_log("browser"):
            if entry["level"] == "SEVERE" and "401" not in entry["message"] and "409" not in entry["message"]:
                problems.append(entry["message"][:300])
        portal = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Sources/Portal")
        shell = ["index.html", "portal.css", "main.js", "api.js", "library.js", "icon.svg"]
        weights.append(sum(os.path.getsize(os.path.join(portal, name)) for name in shell))
    finally:
        page.quit()
        service.stop()
check("nothing from elsewhere", not elsewhere, sorted(elsewhere)[:5])
check("first page at most 300 KB", weights[0] <= 300_000, weights)
print(json.dumps({"problems": problems, "flows": flows_done, "rounds": rounds, "alike": alike, "firstPageBytes": weights[0]}))
