"""Writes the test cases that the `onnx` package generates as folders: see .ci/check-onnx-classifiers.

usage: write_onnx_cases.py FOLDER

Older packages bring these folders along, newer ones only the code that makes them. Cases of sequences, maps and
optional values are left out.
"""

import pathlib
import sys
import warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test.case import node


def write(case, folder):
    folder.mkdir()
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    for index, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{index}"
        data.mkdir()
        for kind, arrays in (("input", inputs), ("output", outputs)):
            for place, array in enumerate(arrays):
                tensor = array if isinstance(array, onnx.TensorProto) else numpy_helper.from_array(array)
                (data / f"{kind}_{place}.pb").write_bytes(tensor.SerializeToString())


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    for case in node.collect_testcases():
        values = list(case.model.graph.input) + list(case.model.graph.output)
        if case.model is not None and all(value.type.HasField("tensor_type") for value in values):
            write(case, folder / case.name)


main()
