# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime on its CPU execution provider, for `paretune compare onnxruntime:model.onnx ...`."""
import os
import sys

# This file is called like the package it loads.
sys.path = [entry for entry in sys.path if os.path.abspath(entry or ".") != os.path.dirname(os.path.abspath(__file__))]
import onnxruntime  # noqa: E402

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import side  # noqa: E402


class OnnxRuntime:
    def open(self, target):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = target["threads"]
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(target["path"], options, providers=["CPUExecutionProvider"])
        names = [value.name for value in self.session.get_inputs()]
        if len(names) != len(self.inputs):
            raise ValueError(f"the model has {len(names)} inputs, the folder {len(self.inputs)}")
        self.feed = dict(zip(names, self.inputs))
        return onnxruntime.__version__, f"CPU, {target['threads']} thread{'' if target['threads'] == 1 else 's'}"

    def run(self):
        self.outputs = self.session.run(None, self.feed)


side.serve("onnxruntime", OnnxRuntime())
