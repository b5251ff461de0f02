# SPDX-License-Identifier: Apache-2.0
"""What every runtime's adapter has in common: the requests of `paretune compare` (harness/side.h).

An adapter defines a class with open(target) -> (version, what), run() and the attributes `inputs` (list of arrays) and
`outputs` (list of arrays), and calls serve(name, instance). Targets are as harness/side_process.cpp writes them.
"""
import json
import pathlib
import socket
import sys
import time

import numpy as np
import onnx
from onnx import numpy_helper

VERSION = 2  # of the protocol: harness/protocol.h


def read_inputs(folder):
    """input_0.pb, input_1.pb ... as arrays."""
    arrays = []
    while (file := pathlib.Path(folder) / f"input_{len(arrays)}.pb").exists():
        tensor = onnx.TensorProto()
        tensor.ParseFromString(file.read_bytes())
        arrays.append(numpy_helper.to_array(tensor))
    if not arrays:
        raise ValueError(f"there is no input_0.pb in '{folder}'; name a folder with --inputs")
    return arrays


def write(arrays, name, folder):
    for k, array in enumerate(arrays):
        tensor = numpy_helper.from_array(np.ascontiguousarray(array), f"{name}_{k}")
        (pathlib.Path(folder) / f"{name}_{k}.pb").write_bytes(tensor.SerializeToString())


def sample(adapter, runs):
    """Each timed run follows an untimed one. CPU time is the whole process's."""
    wall, cpu = [], []
    for _ in range(runs):
        adapter.run()
        cpu_start, wall_start = time.process_time_ns(), time.perf_counter_ns()
        adapter.run()
        wall.append(time.perf_counter_ns() - wall_start)
        cpu.append(time.process_time_ns() - cpu_start)
    return {"wall_ns": wall, "cpu_ns": cpu}


def answer(name, adapter, kind, value):
    if kind == "open":
        if not value["inputs"]:
            raise ValueError("an adapter makes up no inputs; name a folder with --inputs")
        adapter.inputs = read_inputs(value["inputs"])
        version, what = adapter.open(value)
        return {"runtime": name, "version": version, "what": what}
    if kind == "sample":
        return sample(adapter, value["runs"])
    if kind == "inputs":
        write(adapter.inputs, "input", value["folder"])
        return {}
    if kind == "outputs":
        adapter.run()
        write(adapter.outputs, "output", value["folder"])
        return {}
    raise ValueError(f"a side does not know the request '{kind}'")


def serve(name, adapter):
    channel = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
    lines = channel.makefile("r", encoding="utf-8")

    def send(message):
        channel.sendall((json.dumps(message) + "\n").encode())

    send({"reply": "hello", "version": VERSION})
    for line in lines:
        request = json.loads(line)
        if request["request"] == "bye":
            return
        reply = {"id": request["id"]}
        try:
            reply.update(reply="result", value=answer(name, adapter, request["request"], request["value"]))
        except Exception as error:  # whatever the runtime says goes back as the reason
            reply.update(reply="error", message=f"{type(error).__name__}: {error}")
        send(reply)
