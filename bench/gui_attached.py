#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attaches the GUI to a database that a sweep is writing, so that what it costs can be measured.

    bench/gui_attached.py build/release/bin/paretune-gui results.db [--alternate SECONDS]

Needs no display. Prints the GUI's process id and holds it until interrupted; with --alternate it stops (SIGSTOP) and
continues (SIGCONT) the GUI in turns of random order, one pair after the other, and prints "time,state" as each turn
begins: seconds since the epoch, and "running" or "stopped"."""
import argparse
import os
import random
import signal
import subprocess
import sys
import time


def turns(gui, seconds):
    order = random.Random(1)
    while gui.poll() is None:
        pair = [("running", signal.SIGCONT), ("stopped", signal.SIGSTOP)]
        order.shuffle(pair)
        for state, number in pair:
            gui.send_signal(number)
            print(f"{time.time():.6f},{state}", flush=True)
            time.sleep(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gui")
    parser.add_argument("database")
    parser.add_argument("--alternate", type=float, metavar="SECONDS")
    arguments = parser.parse_args()
    gui = subprocess.Popen([arguments.gui, arguments.database], env=dict(os.environ, QT_QPA_PLATFORM="offscreen"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        print(f"pid {gui.pid}", flush=True)
        if arguments.alternate:
            time.sleep(2)  # until it has read what is there
            turns(gui, arguments.alternate)
        return gui.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        gui.send_signal(signal.SIGCONT)
        gui.terminate()


if __name__ == "__main__":
    sys.exit(main())
