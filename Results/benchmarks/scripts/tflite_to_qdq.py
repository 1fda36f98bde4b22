"""An int8 TensorFlow Lite model as ONNX with QuantizeLinear and DequantizeLinear around each operator.

The integers' scales and zero points stay; images are NCHW. With `unsigned`, activations are unsigned bytes, whose
kernels of ONNX Runtime differ.
"""

import numpy
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import TensorProto, helper, numpy_helper

NAMES = {value: name for name, value in vars(schema.BuiltinOperator).items() if name.isupper()}
TYPES = {0: numpy.float32, 2: numpy.int32, 9: numpy.int8}


class Conversion:
    def __init__(self, data, unsigned):
        self.model = schema.ModelT.InitFromPackedBuf(data, 0)
        self.graph = self.model.subgraphs[0]
        self.unsigned = unsigned
        self.type = numpy.uint8 if unsigned else numpy.int8
        self.nodes, self.constants = [], []
        self.pads = {}

    def shape(self, tensor):
        return [int(n) for n in self.graph.tensors[tensor].shape]

    def values(self, tensor):
        entry = self.graph.tensors[tensor]
        data = self.model.buffers[entry.buffer].data
        if data is None:
            return None
        return numpy.frombuffer(bytes(bytearray(data)), TYPES[entry.type]).reshape(
            entry.shape if entry.shape is not None else [])

    def add_constant(self, name, values):
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def quantization(self, tensor):
        """Names of the scale and the zero point of an activation."""
        quantization = self.graph.tensors[tensor].quantization
        zero = int(quantization.zeroPoint[0]) + (128 if self.unsigned else 0)
        scale = self.add_constant(f"s{tensor}_{len(self.constants)}",
                                  numpy.float32(quantization.scale[0]))
        return [scale, self.add_constant(f"z{tensor}_{len(self.constants)}", self.type(zero))]

    def quantize(self, source, tensor):
        return self.node("QuantizeLinear", [source, *self.quantization(tensor)], f"q{tensor}")

    def floats(self, tensor):
        """A name of the tensor's values."""
        values = self.values(tensor)
        name = f"q{tensor}"
        if values is not None:
            if self.unsigned:
                values = (values.astype(numpy.int16) + 128).astype(numpy.uint8)
            if values.ndim == 4:
                values = values.transpose(0, 3, 1, 2)
            self.add_constant(name, values)
        return self.node("DequantizeLinear", [name, *self.quantization(tensor)],
                         f"f{tensor}_{len(self.nodes)}")

    def weights(self, tensor, values, axis):
        scales = numpy.asarray(self.graph.tensors[tensor].quantization.scale, numpy.float32)
        scales = scales[0] if scales.size == 1 else scales
        name = self.add_constant(f"w{tensor}", values)
        scale = self.add_constant(f"ws{tensor}", scales)
        zero = self.add_constant(f"wz{tensor}", numpy.zeros(numpy.shape(scales), values.dtype))
        return self.node("DequantizeLinear", [name, scale, zero], f"wf{tensor}", axis=axis)

    def activated(self, name, activation, tensor):
        if activation == schema.ActivationFunctionType.RELU:
            name = self.node("Relu", [name], f"a{tensor}")
        elif activation == schema.ActivationFunctionType.RELU6:
            low = self.add_constant(f"low{tensor}", numpy.float32(0))
            high = self.add_constant(f"high{tensor}", numpy.float32(6))
            name = self.node("Clip", [name, low, high], f"a{tensor}")
        return self.quantize(name, tensor)

    def window(self, options, image, kernel, source):
        strides = [options.strideH, options.strideW]
        before, after = [0, 0], [0, 0]
        if options.padding == schema.Padding.SAME:
            for axis in range(2):
                length = image[axis + 1]
                total = max(0, (-(-length // strides[axis]) - 1) * strides[axis]
                            + kernel[axis] - length)
                before[axis], after[axis] = total // 2, total - total // 2
        for axis in range(2):
            extra = self.pads.get(source, [[0, 0], [0, 0]])[axis]
            before[axis], after[axis] = before[axis] + extra[0], after[axis] + extra[1]
        return {"strides": strides, "pads": before + after, "kernel_shape": kernel}

    def convolution(self, step, options, depthwise):
        source, weights = step.inputs[0], step.inputs[1]
        values = self.values(weights)
        kernel = list(values.shape[1:3])
        if depthwise:
            values = values.transpose(3, 0, 1, 2)
            group = values.shape[0]
        else:
            values = values.transpose(0, 3, 1, 2)
            group = self.shape(source)[3] // values.shape[1]
        window = self.window(options, self.shape(source), kernel, source)
        origin = self.pads.get(source, [0, 0, source])[2]
        inputs = [self.floats(origin), self.weights(weights, values, 0)]
        if len(step.inputs) > 2 and step.inputs[2] >= 0:
            inputs.append(self.weights(step.inputs[2], self.values(step.inputs[2]), 0))
        output = step.outputs[0]
        name = self.node("Conv", inputs, f"c{output}", group=group, **window)
        self.activated(name, options.fusedActivationFunction, output)

    def dense(self, step, options):
        output = step.outputs[0]
        source = self.floats(step.inputs[0])
        if len(self.shape(step.inputs[0])) != 2:
            source = self.node("Flatten", [source], f"flat{output}")
        inputs = [source, self.weights(step.inputs[1], self.values(step.inputs[1]), 0)]
        if len(step.inputs) > 2 and step.inputs[2] >= 0:
            inputs.append(self.weights(step.inputs[2], self.values(step.inputs[2]), 0))
        name = self.node("Gemm", inputs, f"d{output}", transB=1)
        self.activated(name, options.fusedActivationFunction, output)

    def step(self, step):
        code = self.model.operatorCodes[step.opcodeIndex]
        name = NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]
        options, output = step.builtinOptions, step.outputs[0]
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            self.convolution(step, options, name != "CONV_2D")
        elif name == "FULLY_CONNECTED":
            self.dense(step, options)
        elif name in ("ADD", "MUL"):
            operands = [self.floats(tensor) for tensor in step.inputs]
            made = self.node(name.title(), operands, f"p{output}")
            self.activated(made, options.fusedActivationFunction, output)
        elif name == "AVERAGE_POOL_2D":
            kernel = [options.filterHeight, options.filterWidth]
            window = self.window(options, self.shape(step.inputs[0]), kernel, step.inputs[0])
            source = self.floats(step.inputs[0])
            if kernel == self.shape(step.inputs[0])[1:3]:
                made = self.node("GlobalAveragePool", [source], f"m{output}")
            else:
                made = self.node("AveragePool", [source], f"m{output}", **window)
            self.quantize(made, output)
        elif name == "PAD":
            pads = self.values(step.inputs[1])
            self.pads[output] = [list(pads[1]), list(pads[2]), step.inputs[0]]
        elif name == "RESHAPE":
            shape = self.shape(output)
            shape = [shape[0], shape[3], shape[1], shape[2]] if len(shape) == 4 else shape
            target = self.add_constant(f"shape{output}", numpy.array(shape, numpy.int64))
            made = self.node("Reshape", [self.floats(step.inputs[0]), target], f"r{output}")
            self.quantize(made, output)
        elif name in ("HARD_SWISH", "SOFTMAX"):
            kind = {"HARD_SWISH": "HardSwish", "SOFTMAX": "Softmax"}[name]
            made = self.node(kind, [self.floats(step.inputs[0])], f"u{output}")
            self.quantize(made, output)
        else:
            raise NotImplementedError(name)

    def result(self):
        first, last = self.graph.inputs[0], self.graph.outputs[0]
        shape = self.shape(first)
        shape = [shape[0], shape[3], shape[1], shape[2]] if len(shape) == 4 else shape
        self.quantize("input", first)
        for step in self.graph.operators:
            self.step(step)
        self.node("DequantizeLinear", [f"q{last}", *self.quantization(last)], "output")
        graph = helper.make_graph(
            self.nodes, "int8",
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, self.shape(last))], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)


def convert(path, unsigned):
    """The model of a file; raises NotImplementedError for other operators."""
    with open(path, "rb") as file:
        model = Conversion(file.read(), unsigned).result()
    onnx.checker.check_model(model)
    return model
