"""Measures how many images a second a twin trains on, by the rules of the peers' own bench_train.py.

    bench_train.py NET CONFIG THREADS BATCH[,BATCH…] [--worker FOLDER RANK]

CONFIG is eager, cl (channels-last), compile, compile_cl, or one of these after bf16_. A step is forward, distillation
loss, backward and SGD with momentum; its batch is ready in memory. With --worker two processes begin to measure at
the same moment, when both have written into FOLDER. Prints a line of JSON for each batch.
"""

import json
import os
import sys
import time

NET, CONFIG, THREADS = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.environ.setdefault("OMP_NUM_THREADS", str(THREADS))

import torch
from clean import clean_time, wait_quiet
from common import kd_loss
from images import count, made_up
from nets import CLASSES, build

WORKER_SECONDS, WINDOW_SECONDS = 7, 0.7
# A worker that had less of its core was disturbed.
CLEAN_SHARE = 0.97


def training_step(batch):
    """Returns a function that trains on one batch after the other."""
    torch.manual_seed(0)
    torch._dynamo.reset()
    model = build(NET).train()
    layout = torch.channels_last if CONFIG.endswith("cl") else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, fused=True)
    images, labels = made_up(NET, count(NET, batch))
    images, labels = images.split(batch), labels.split(batch)
    places = [place for place in range(min(8, len(images))) if len(images[place]) == batch]
    images = [images[place].contiguous(memory_format=layout) for place in places]
    logits = [4 * torch.randn(batch, CLASSES[NET]) for _ in places]

    def loss(images, labels, logits):
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in CONFIG):
            answers = model(images)
        return kd_loss(answers.float(), labels, logits)

    if "compile" in CONFIG:
        loss = torch.compile(loss, dynamic=False)
    steps = 0

    def step():
        nonlocal steps
        place = steps % len(places)
        steps += 1
        loss(images[place], labels[place], logits[place]).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def measure(step, batch):
    """Measures alone, in windows in which nothing else runs."""
    began = time.perf_counter()
    step()
    first = time.perf_counter() - began
    wait_quiet(15)
    found = clean_time(step, win=0.5, need=3, max_s=6.0, warm=2)
    rate = batch / found["median_s"]
    with open("students.json") as file:
        flops = json.load(file)["nets"][NET]["train_flops_per_image"]
    return {
        "net": NET, "config": CONFIG, "malloc": os.environ.get("MALLOC_TAG", "glibc"),
        "threads": THREADS, "batch": batch, "img_per_s": round(rate, 1),
        "ms_per_step": round(1e3 * found["median_s"], 3), "gflops": round(1e-9 * rate * flops, 2),
        "first_step_s": round(first, 2), "foreign_cores": found["foreign_cores"],
        "clean_windows": found["clean_windows"]}


def measure_together(step, batch, folder, rank):
    """Measures next to another process; the median of windows in which this one had its core."""
    for _ in range(3):
        step()
    open(f"{folder}/ready{rank}", "w").close()
    while not all(os.path.exists(f"{folder}/ready{other}") for other in (0, 1)):
        time.sleep(0.01)
    windows = []
    end = time.perf_counter() + WORKER_SECONDS
    while time.perf_counter() < end or len(windows) < 2:
        images, own, began = 0, time.process_time(), time.perf_counter()
        while time.perf_counter() - began < WINDOW_SECONDS:
            step()
            images += batch
        seconds = time.perf_counter() - began
        windows.append(((time.process_time() - own) / seconds, images / seconds))
    # In the last window the other may have ended already.
    windows = windows[:-1]
    clean = sorted(rate for share, rate in windows if share > CLEAN_SHARE) or [max(windows)[1]]
    return {
        "rank": rank, "img_per_s": clean[len(clean) // 2],
        "util": sum(share for share, _ in windows) / len(windows),
        "clean": sum(share > CLEAN_SHARE for share, _ in windows)}


def main():
    torch.set_num_threads(THREADS)
    for batch in [int(text) for text in sys.argv[4].split(",")]:
        step = training_step(batch)
        if len(sys.argv) > 5 and sys.argv[5] == "--worker":
            found = measure_together(step, batch, sys.argv[6], sys.argv[7])
        else:
            found = measure(step, batch)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
