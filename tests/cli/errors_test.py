# SPDX-License-Identifier: Apache-2.0
"""Each mistake a user can make: one sentence, the right exit code, nothing lost."""
import struct

import program


class ErrorsTest(program.ProgramTest):
    def sweep(self, study, db="results.db", *more):
        return self.run_program("sweep", study, "--db", self.folder / db, *more)

    def test_truncated_model(self):
        cut = self.folder / "cut.onnx"
        cut.write_bytes(program.MODEL.read_bytes()[:5000])
        self.assert_refused(self.sweep(self.write_study(model=cut)), 2, "cut.onnx")
        self.assert_refused(self.run_program("run", "--model", cut), 2, "cut.onnx")
        self.assert_refused(self.run_program("inspect", cut), 2, "cut.onnx")

    def test_missing_data_file(self):
        study = self.write_study(test=self.folder / "gone.gz")
        self.assert_refused(self.sweep(study), 2, "study.yaml:6", "gone.gz", "does not exist")

    def test_truncated_data_file(self):
        cut = self.folder / "cut.gz"
        whole = (program.IMAGES / "t10k-images-idx3-ubyte.gz").read_bytes()
        cut.write_bytes(whole[: len(whole) // 2])
        self.assert_refused(self.sweep(self.write_study(test=cut)), 2, "cut.gz", "truncated")

    def test_unknown_key(self):
        study = self.write_study(replace=[("candidates:", "candidate:")])
        self.assert_refused(self.sweep(study), 2, "study.yaml:", "'candidate'", "did you mean 'candidates'?")

    def test_missing_study(self):
        self.assert_refused(self.sweep("absent.yaml"), 2, "absent.yaml")

    def test_unwritable_database(self):
        study = self.write_study()
        self.assert_refused(self.sweep(study, "missing/folder/results.db"), 2, "missing/folder/results.db")
        (self.folder / "directory").mkdir()
        self.assert_refused(self.sweep(study, "directory"), 2, "directory")

    def test_database_that_is_none(self):
        other = self.folder / "results.db"
        other.write_text("these are my notes, " * 100)
        self.assert_refused(self.sweep(self.write_study()), 2, "results.db")
        self.assertTrue(other.read_text().startswith("these are my notes"))
        for verb in ("front", "status"):
            self.assert_refused(self.run_program(verb, "--db", other), 2, "results.db")
        self.assert_refused(self.run_program("front", "--db", "absent.db"), 2, "absent.db")
        self.assert_refused(self.run_program("export", "--db", "absent.db", "--out", "p"), 2, "absent.db")
        self.assertFalse((self.folder / "absent.db").exists())

    def test_device_that_is_not_there(self):
        study = self.write_study(replace=[("devices: [cpu]", 'devices: [cpu, "opencl:9"]')])
        self.assert_refused(self.sweep(study), 3, "opencl:9")
        self.assert_refused(self.run_program("run", "--model", program.MODEL, "--device", "opencl:9"), 3, "opencl:9")

    def test_images_of_another_shape(self):
        images = self.folder / "images"
        images.write_bytes(struct.pack(">HBBIII", 0, 8, 3, 10, 32, 32) + bytes(10 * 32 * 32))
        labels = self.folder / "labels"
        labels.write_bytes(struct.pack(">HBBI", 0, 8, 1, 10) + bytes(10))
        study = self.write_study(test=images, test_labels=labels, train=images, train_labels=labels)
        self.assert_refused(self.sweep(study), 2, "[32,32]", "28")

    def test_usage(self):
        self.assertEqual(self.run_program().returncode, 2)
        self.assertEqual(self.run_program("sweeep").returncode, 2)
        self.assertEqual(self.run_program("sweep").returncode, 2)
        self.assert_refused(self.run_program("run"), 2, "--model")
        model = ("run", "--model", program.MODEL)
        self.assert_refused(self.run_program(*model, "--dims", "batch"), 2, "--dims")
        self.assert_refused(self.run_program(*model, "--inputs", self.folder), 2, "input_0.pb")
        self.assertEqual(self.run_program(*model, "--scheme", "int9").returncode, 2)

    def test_no_package(self):
        self.assert_refused(self.run_program("run", "--package", self.folder, "--selftest"), 2)


if __name__ == "__main__":
    program.main()
