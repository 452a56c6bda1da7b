"""Runs each work by us and by its peer in turn and prints what took how long.

The time of a work is the least of its rounds, by the wall clock; where both sides ran in the same round and the machine
had other things to do, the processor time of both is told on standard error. Files are read once before they are
measured, so that neither side waits for the disk, and outputs go to memory where the system has a place for that.
"""
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import time

ROOT, OUT = sys.argv[1], sys.argv[2]
AS_JSON = "--json" in sys.argv
MEGABYTES = int(sys.argv[sys.argv.index("--megabytes") + 1]) if "--megabytes" in sys.argv else 1000
ROUNDS = 3
MEASURE = OUT + "/measure"
TARGET = ("/dev/shm" if os.access("/dev/shm", os.W_OK) else OUT) + f"/doorsill-bench-{os.getpid()}"
TYPES = {"birth_date": "date", "registered_on": "date", "insured": "boolean", "annual_income": "integer",
         "born": "date", "income": "number"}
missed = False


def say(text):
    print(text, file=sys.stderr, flush=True)


def has(module):
    return importlib.util.find_spec(module) is not None


def run(command, **more):
    """Seconds by the wall, processor seconds, peak KiB and standard output of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, **more)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss, done.stdout.decode()


def python(code, *arguments):
    """The same of a piece of Python that prints its own seconds, wall and processor, so that imports do not count."""
    head = ("import sys,time,resource\n"
            "def cpu():\n r=resource.getrusage(resource.RUSAGE_SELF)\n return r.ru_utime+r.ru_stime\n")
    tail = "\nprint(time.monotonic()-t0, cpu()-c0)"
    text = run([sys.executable, "-c", head + code + tail, *map(str, arguments)])[3]
    wall, used = map(float, text.split()[-2:])
    return wall, used


def ours(*arguments):
    text = run([MEASURE, *map(str, arguments)])[3]
    found = json.loads(text.splitlines()[0])
    return found["seconds"], found["cpu"], found


def report(work, mine, peer, peer_name, unit, ratio, goal):
    global missed
    met = goal is None or ratio is None or ratio >= goal
    missed = missed or not met
    def short(x): return None if x is None else float(f"{x:.4g}")
    line = {"work": work, "ours": short(mine), "peer": short(peer), "peerName": peer_name, "unit": unit,
            "ratio": short(ratio), "goal": goal, "met": met}
    if AS_JSON:
        print(json.dumps(line), flush=True)
    else:
        beside = f"{short(peer)} {peer_name}" if peer is not None else ""
        goal_text = f"goal {goal}" if goal is not None else "told, not judged"
        ratio_text = f"× {ratio:.2f}" if ratio is not None else ""
        print(f"{work:44} {short(mine):>9} {unit:5} {beside:32} {ratio_text:9} {goal_text}{'' if met else '  MISSED'}", flush=True)


def compare(work, mine, peer, peer_name, goal, rounds=ROUNDS):
    """Alternates both sides, and takes the least of each."""
    a, b = [], []
    for _ in range(rounds):
        a.append(mine()[:2])
        b.append(peer()[:2])
    say(f"{work}: ours {min(x[1] for x in a):.2f} s of processor, {peer_name} {min(x[1] for x in b):.2f} s")
    first, second = min(x[0] for x in a), min(x[0] for x in b)
    report(work, first, second, peer_name, "s", second / first, goal)


def make():
    """The table, made once and kept; and the schema beside it."""
    generator = os.path.join(os.path.dirname(ROOT), "shared/data/generate_people.py")
    path = f"{OUT}/people-{MEGABYTES}.csv"
    note = path + ".made-by"
    if not os.path.exists(note):
        say(f"making {MEGABYTES} MB once")
        if os.path.exists(generator):
            run([sys.executable, generator, "residents", "--rows", str(MEGABYTES * 6870), "--out", path], stderr=subprocess.DEVNULL)
            made = "shared/data/generate_people.py"
        else:
            run([MEASURE, "make", str(MEGABYTES * 15500), path])
            made = "our own generator (shared/data is not there)"
        open(note, "w").write(made)
    say(f"{path}: {os.path.getsize(path) >> 20} MiB, made by {open(note).read()}")
    return path


def columns_of(path):
    with open(path, encoding="utf-8") as file:
        return file.readline().strip().split(",")


def head_of(path, rows):
    part = f"{OUT}/head-{rows}.csv"
    with open(path, "rb") as source, open(part, "wb") as target:
        for _ in range(rows + 1):
            target.write(source.readline())
    return part


DUCK = """
import duckdb
path, kind, target = sys.argv[1:4]
columns = eval(sys.argv[4])
c = duckdb.connect()
source = f"read_csv('{path}', header=true, delim=',', quote='\\"', columns={columns})"
t0 = time.monotonic(); c0 = cpu()
if kind == 'read':
    c.execute("select " + ",".join(f'count("{k}"),min("{k}"),max("{k}"),approx_count_distinct("{k}")' for k in columns) + f" from {source}").fetchall()
else:
    c.execute(f"copy (select * from {source}) to '{target}' (format json)")
"""
OPEN = """
import openpyxl
t0 = time.monotonic(); c0 = cpu()
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
for row in book.worksheets[0].iter_rows(values_only=True): pass
"""
OPEN_WRITE = """
import openpyxl, csv, datetime
def typed(kind, text):
    if not text: return None
    if kind == 'date': return datetime.date.fromisoformat(text)
    if kind == 'integer': return int(text)
    if kind == 'number': return float(text)
    if kind == 'boolean': return text in ('1', 'true')
    return text
types = eval(sys.argv[3])
t0 = time.monotonic(); c0 = cpu()
with open(sys.argv[1], encoding='utf-8', newline='') as file:
    rows = csv.reader(file)
    names = next(rows)
    kinds = [types.get(n) for n in names]
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(names)
    for row in rows: sheet.append([typed(k, v) for k, v in zip(kinds, row)])
book.save(sys.argv[2])
"""
ARROW = """
import pyarrow as pa, pyarrow.csv as pc, pyarrow.parquet as pq
types = {k: {'date': pa.date32(), 'boolean': pa.bool_(), 'integer': pa.int64(), 'number': pa.float64()}.get(v, pa.string()) for k, v in eval(sys.argv[3]).items()}
t0 = time.monotonic(); c0 = cpu()
table = pc.read_csv(sys.argv[1], convert_options=pc.ConvertOptions(column_types=types, strings_can_be_null=True))
pq.write_table(table, sys.argv[2], compression=sys.argv[4], row_group_size=1 << 17)
"""


def main():
    path = make()
    names = columns_of(path)
    types = {name: TYPES.get(name, "string") for name in names}
    schema = OUT + "/schema.json5"
    with open(schema, "w") as file:
        json.dump({"fields": [{"name": n, "type": t} for n, t in types.items()]}, file)
    duck_types = repr({n: {"date": "DATE", "boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE"}.get(t, "VARCHAR") for n, t in types.items()})
    with open(path, "rb") as file:  # into the page cache
        while file.read(1 << 20):
            pass

    scans = [ours("scan", path)[2] for _ in range(ROUNDS)]
    speed = max(s["bytes"] / s["seconds"] for s in scans) / 1e9
    report("structural scan, one core", speed, None, None, "GB/s", speed / 1.5, 1.0)

    peak = max(ours("check", path, schema)[2]["peakKiB"], ours("convert", path, "parquet", TARGET, schema)[2]["peakKiB"]) / 1024
    report(f"peak memory, {MEGABYTES} MB checked and to Parquet", peak, None, None, "MiB", 256 / peak, 1.0)

    check = lambda: ours("check", path, schema)
    if shutil.which("sqlite3"):
        def sqlite():
            if os.path.exists(TARGET): os.remove(TARGET)
            return run(["sqlite3", TARGET, "-cmd", "PRAGMA journal_mode=OFF", "-cmd", "PRAGMA synchronous=OFF", "-cmd", ".mode csv", f".import {path} t"])
        compare("read, types, statistics", check, sqlite, "sqlite3 .import", 4, rounds=2)
        os.remove(TARGET)
    else:
        say("sqlite3 is not there: nothing to import with")
    if has("duckdb"):
        compare("read, types, statistics ", check, lambda: python(DUCK, path, "read", "", duck_types), "DuckDB read_csv, typed", 0.5)
        compare("CSV to NDJSON", lambda: ours("convert", path, "ndjson", TARGET, schema), lambda: python(DUCK, path, "json", TARGET, duck_types), "DuckDB COPY", 1)
    else:
        say("duckdb is not there: its works are left out")
    small = head_of(path, 100_000)
    if has("openpyxl"):
        ours("convert", small, "xlsx", TARGET + ".xlsx", schema)
        book = TARGET + ".xlsx"
        compare("XLSX read, 100 000 rows", lambda: ours("convert", book, "csv", TARGET, schema), lambda: python(OPEN, book), "openpyxl read-only", 10, rounds=2)
        compare("XLSX write, 100 000 rows", lambda: ours("convert", small, "xlsx", TARGET, schema), lambda: python(OPEN_WRITE, small, TARGET, repr(types)), "openpyxl write-only", 5, rounds=2)
        os.remove(book)
    else:
        say("openpyxl is not there: its works are left out")
    if has("pyarrow"):
        middle = head_of(path, min(1_000_000, MEGABYTES * 6000))
        parquet = lambda: ours("convert", middle, "parquet", TARGET, schema)
        compare("CSV to Parquet, gzip both", parquet, lambda: python(ARROW, middle, TARGET, repr(types), "gzip"), "pyarrow, gzip", 0.5)
        compare("CSV to Parquet, as pyarrow does it", parquet, lambda: python(ARROW, middle, TARGET, repr(types), "snappy"), "pyarrow, snappy", None)
    else:
        say("pyarrow is not there: its works are left out")


try:
    main()
finally:
    for name in (TARGET, TARGET + ".xlsx"):
        if os.path.exists(name):
            os.remove(name)
sys.exit(1 if missed else 0)
