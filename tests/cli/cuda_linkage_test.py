# SPDX-License-Identifier: Apache-2.0
"""One binary for every machine: CUDA's libraries are opened while it runs, never linked."""
import re
import subprocess
import sys
import unittest

PARETUNE = sys.argv[1]
NEEDED = re.compile(r"\(NEEDED\).*\[(.*)\]")
CUDA = re.compile(r"^lib(cuda|cudart|nvrtc|nvrtc-builtins|cublas|cublasLt|nvidia-.*)\.so")


def needed(binary):
    listing = subprocess.run(["readelf", "-d", binary], check=True, capture_output=True, text=True)
    return NEEDED.findall(listing.stdout)


class Linkage(unittest.TestCase):
    def test_no_cuda_library_is_needed(self):
        libraries = needed(PARETUNE)
        self.assertIn("libc.so.6", libraries)
        self.assertEqual([], [name for name in libraries if CUDA.match(name)])

    def test_the_pattern_would_see_them(self):
        for name in ("libcuda.so.1", "libcudart.so.12", "libnvrtc.so.12", "libcublasLt.so.13"):
            self.assertTrue(CUDA.match(name), name)

    def test_it_starts_without_a_driver(self):
        result = subprocess.run([PARETUNE, "--version"], capture_output=True, text=True)
        self.assertEqual(0, result.returncode, result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
