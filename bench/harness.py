"""Runs commands in turns, takes medians, and writes the tables of BENCHMARKS.md. Python 3, standard library alone."""
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# Packages by the command or file that tells that they are there.
PACKAGES = {
    "rg": "ripgrep", "jq": "jq", "gcc": "gcc", "g++": "g++", "hyperfine": "hyperfine", "zstd": "zstd", "pigz": "pigz",
    "taskset": "util-linux", "/usr/bin/time": "time", "pkg-config": "pkg-config", "/usr/include/hs/hs.h": "libhyperscan-dev",
}
JAQ = "2.3.0"


class Failed(Exception):
    """What went wrong in a part; the other parts are measured all the same."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def install(tools):
    """The peers, by name. `tools` is the folder for those that Cargo builds."""
    missing = [package for sign, package in PACKAGES.items()
               if not (os.path.exists(sign) if sign.startswith("/") else shutil.which(sign))]
    if missing:
        say(f"installing {' '.join(missing)}")
        root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
        subprocess.run([*root, "apt-get", "install", "-y", "-qq", *missing], check=True, stdout=subprocess.DEVNULL)
    os.environ["PATH"] = f"{tools}/bin:{os.environ['PATH']}"
    if not shutil.which("jaq"):
        say("installing jaq")
        subprocess.run(["cargo", "install", "--quiet", "--locked", "--root", tools, "jaq", "--version", JAQ], check=True)


def on_cores(cores, argv):
    """The command on so many cores: core 1 alone (core 0 serves the machine's interrupts), or the first ones."""
    if (os.cpu_count() or 1) < 2:
        return argv
    return ["taskset", "-c", "1" if cores == 1 else f"0-{cores - 1}", *argv]


class Command:
    """A command that is measured. `out` takes its output: a file, or "count" for a pipe that is
    read and counted. `memory` is a file for the peak of its memory."""

    def __init__(self, name, argv, out, memory, rounds=None):
        self.name, self.argv, self.out, self.memory, self.rounds = name, argv, out, memory, rounds
        self.seconds, self.peak, self.bytes = [], 0, 0

    def run(self, warming):
        """One run: its time on the clock in seconds. The one that warms up is watched for the memory that it takes."""
        counting = self.out == "count"
        # A child of this very process would count its memory as its own.
        watch = ["/usr/bin/time", "-q", "-f", "%M", "-o", self.memory] if warming else []
        with open(os.devnull if counting else self.out, "wb") as target, tempfile.TemporaryFile() as complaints:
            start = time.perf_counter()
            child = subprocess.Popen([*watch, *self.argv], stdin=subprocess.DEVNULL, stderr=complaints,
                                     stdout=subprocess.PIPE if counting else target)
            if counting:
                self.bytes = sum(len(block) for block in iter(lambda: os.read(child.stdout.fileno(), 1 << 20), b""))
            status = child.wait()
            taken = time.perf_counter() - start
            complaints.seek(0)
            complaint = complaints.read(300).decode(errors="replace").strip()
        if not counting and self.out != os.devnull:
            self.bytes = os.path.getsize(self.out)
        if status != 0:
            raise Failed(f"{self.name}: exit status {status}: {complaint[:200]}")
        if warming:
            with open(self.memory, encoding="utf-8") as file:
                self.peak = int(file.read())
        return taken

    def median(self):
        return statistics.median(self.seconds)

    def row(self):
        return {"name": self.name, "seconds": self.median(), "low": min(self.seconds), "high": max(self.seconds),
                "rounds": len(self.seconds), "peak": self.peak, "bytes": self.bytes}


def in_turns(commands, rounds):
    """Measures commands one after another, round by round, so that a slow minute of the machine meets all of them."""
    for turn in range(rounds + 1):
        for command in commands:
            if turn > (command.rounds or rounds):
                continue
            taken = command.run(warming=turn == 0)
            # The first round warms the caches.
            if turn > 0:
                command.seconds.append(taken)
        if turn > 0:
            say(f"  round {turn}: " + ", ".join(f"{c.name} {c.seconds[-1]:.3f} s" for c in commands if len(c.seconds) == turn))


def count_in(path):
    """The number that a counting command printed."""
    with open(path, encoding="utf-8") as file:
        text = file.read().split()
    if not text:
        return 0
    return int(text[0])


def lines_in(path):
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def equal(what, counts):
    """Fails loudly where those who count the same do not agree."""
    if len(set(counts.values())) != 1:
        raise Failed(f"{what} differ: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


class Part:
    """What was measured of one question: rows of a table, bars, notes."""

    def __init__(self, title):
        self.title, self.rows, self.bars, self.notes, self.failed = title, [], [], [], None
        self.unit, self.amount = None, 0

    def bar(self, what, value, least=None, most=None, form="{:.2f}"):
        """A bar is met from `least` on, or up to `most`."""
        met = value >= least if least is not None else value <= most
        wanted = f"at least {least:g}" if least is not None else f"at most {most:g}"
        self.bars.append({"what": what, "wanted": wanted, "value": form.format(value), "met": met})

    def note(self, text):
        self.notes.append(text)

    def result(self, scale, build):
        return {"title": self.title, "rows": self.rows, "bars": self.bars, "notes": self.notes, "failed": self.failed,
                "unit": self.unit, "amount": self.amount, "scale": scale, "build": build,
                "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")}


def first_line(argv):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return (done.stdout.strip().splitlines() or ["?"])[0]
    except OSError:
        return "not installed"


def machine():
    """Lines on the machine and the versions of all that ran."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo", encoding="utf-8") if line.startswith("MemTotal"))
    versions = [first_line(argv) for argv in (
        ["rustc", "--version"], ["rg", "--version"], ["jq", "--version"], ["jaq", "--version"], ["wc", "--version"],
        ["gzip", "--version"], ["pigz", "--version"], ["hyperfine", "--version"])]
    hyperscan = first_line(["pkg-config", "--modversion", "libhs"])
    return [f"{model}, {os.cpu_count()} cores, {memory / 2**20:.0f} GiB, {platform.system()} {platform.release()}",
            ", ".join([*versions, f"Hyperscan {hyperscan}"])]


def table(part):
    unit, amount = part["unit"], part["amount"]
    lines = ["| command | seconds (median) | lowest to highest | rounds | " + (f"{unit} | " if unit else "") + "peak memory | output |",
             "| --- | ---: | ---: | ---: | " + ("---: | " if unit else "") + "---: | ---: |"]
    for row in part["rows"]:
        speed = ""
        if unit:
            scale = row.get("amount", amount) / row["seconds"]
            speed = f"{scale / 1e9:.2f} | " if unit == "GB/s" else f"{scale:,.0f} | "
        lines.append(f"| {row['name'].replace('|', chr(92) + '|')} | {row['seconds']:.4g} | {row['low']:.4g} to {row['high']:.4g} | {row['rounds']} | "
                     f"{speed}{row['peak'] / 1024:.0f} MiB | {row['bytes']:,} bytes |")
    return lines


def markdown(results, facts):
    """The whole page."""
    lines = ["# Benchmarks", "", "Written by `bench/run`; [bench/README.md](bench/README.md) tells what is measured and how.", "",
             f"Machine: {facts[0]}.", f"Versions: {facts[1]}.", "", "## Bars", "",
             "| part | bar | wanted | measured | |", "| --- | --- | ---: | ---: | --- |"]
    for part in results.values():
        for bar in part["bars"]:
            lines.append(f"| {part['title']} | {bar['what']} | {bar['wanted']} | {bar['value']} | {'met' if bar['met'] else '**missed**'} |")
        if part["failed"]:
            lines.append(f"| {part['title']} | measured at all | | {part['failed'].replace('|', '/')} | **failed** |")
    for part in results.values():
        share = "" if part["scale"] == 1 else f", at {part['scale']:g} of the full size"
        lines += ["", f"## {part['title']}", "", f"Measured on {part['date']}, ecsplain at {part['build']}{share}.", ""]
        if part["rows"]:
            lines += table(part)
        for note in part["notes"]:
            lines += ["", note]
    return "\n".join(lines) + "\n"


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def save(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
