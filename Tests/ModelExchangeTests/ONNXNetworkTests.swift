import FileFormats
import NetworkFixtures
import NeuralNetworks
import TestSupport
import Testing

@testable import ModelExchange

@Suite("networks of other programs")
struct ONNXNetworkTests {
  private func read(_ model: ForeignModel) throws -> ONNXNetwork {
    try ONNXNetwork(model.model(), path: "m.onnx")
  }

  private func shape(_ height: Int, _ width: Int, _ channels: Int) -> TensorShape {
    TensorShape(height: height, width: width, channels: channels)
  }

  @Test("have norms, adds and activations fused into convolutions")
  func fusion() throws {
    var model = ForeignModel()
    let stem = model.convolution("x", from: 4, to: 6)
    let relu = model.append("Relu", [model.norm(stem, channels: 6)])
    let body = model.norm(
      model.convolution(relu, from: 6, to: 6, groups: 6, bias: true), channels: 6)
    model.append("Clip", [model.append("Add", [relu, body]), model.number(0), model.number(6)])
    let network = try read(model)
    #expect(network.unsupported.isEmpty)
    #expect(
      network.kernels == [
        InferenceKernel(
          .convolution, from: shape(8, 8, 4), to: shape(8, 8, 6), kernelSize: 3,
          activation: .relu, macs: 64 * 9 * 4 * 6, weightCount: 9 * 4 * 6 + 6),
        InferenceKernel(
          .depthwise, from: shape(8, 8, 6), to: shape(8, 8, 6), kernelSize: 3,
          activation: .relu6, macs: 64 * 9 * 6, weightCount: 9 * 6 + 6, addsResidual: true),
      ])
    #expect(network.kernelNames == ["Conv0", "Conv3"])
    #expect(network.costs.parameters == 216 + 12 + 54 + 6 + 12)
    // The stem's output and the sum; the image is smaller than the sum that takes its place.
    #expect(network.costs.peakActivationBytes == 4 * 64 * 12)
  }

  @Test("have groups of convolutions, which are depthwise where every channel is one")
  func groups() throws {
    var model = ForeignModel()
    let first = model.convolution("x", from: 4, to: 6, groups: 2)
    let second = model.convolution(first, from: 6, to: 12, kernel: [1, 1], groups: 6)
    model.convolution(second, from: 12, to: 12, kernel: [1, 1], groups: 12)
    let kernels = try read(model).kernels
    #expect(kernels.map(\.kind) == [.convolution, .pointwise, .depthwise])
    #expect(kernels.map(\.groups) == [2, 6, 1])
    #expect(kernels.map(\.macs) == [64 * 9 * 2 * 6, 64 * 12, 64 * 12])
  }

  @Test("have layers on both sides of an Identity as kernels of their own")
  func identity() throws {
    var model = ForeignModel()
    let kept = model.append("Identity", [model.convolution("x", from: 4, to: 4)])
    model.append("Relu", [model.norm(kept, channels: 4)])
    let network = try read(model)
    #expect(network.kernels.map(\.kind) == [.convolution, .elementwise])
    #expect(network.kernels.map(\.activation) == [.identity, .relu])
    #expect(network.costs.peakActivationBytes == 4 * 64 * 8)
  }

  @Test("have squeeze-and-excitation found in what exporters write", arguments: [true, false])
  func squeezeExcitation(withConvolutions: Bool) throws {
    var model = ForeignModel()
    let source = model.append("Relu", [model.convolution("x", from: 4, to: 6)])
    var gate: String
    if withConvolutions {
      gate = model.append("GlobalAveragePool", [source])
      gate = model.append(
        "Relu", [model.convolution(gate, from: 6, to: 2, kernel: [1, 1], bias: true)])
      gate = model.convolution(gate, from: 2, to: 6, kernel: [1, 1], bias: true)
    } else {
      gate = model.append(
        "ReduceMean", [source], ["axes": .integers([-2, -1]), "keepdims": .integer(0)])
      gate = model.append("MatMul", [gate, model.weights([6, 2])])
      gate = model.append("Relu", [model.append("Add", [gate, model.weights([2])])])
      gate = model.append(
        "Gemm", [gate, model.weights([6, 2]), model.weights([6])], ["transB": .integer(1)])
      gate = model.append("Reshape", [gate, model.integers([0, -1, 1, 1])])
    }
    model.append("Mul", [model.append("Sigmoid", [gate]), source])
    let network = try read(model)
    #expect(network.unsupported.isEmpty)
    #expect(network.kernels.count == 2)
    #expect(network.kernels[0].activation == .relu)
    #expect(
      network.kernels[1]
        == InferenceKernel(
          .squeezeExcitation, from: shape(8, 8, 6), to: shape(8, 8, 6), macs: 24,
          weightCount: 24 + 8))
    #expect(network.costs.parameters == 216 + 32)
  }

  @Test("have a gate that something else reads as kernels of its own")
  func sharedGate() throws {
    var model = ForeignModel()
    let mean = model.append("GlobalAveragePool", ["x"])
    let hidden = model.append(
      "Relu", [model.convolution(mean, from: 4, to: 4, kernel: [1, 1])])
    let gate = model.append(
      "Sigmoid", [model.convolution(hidden, from: 4, to: 4, kernel: [1, 1])])
    let scaled = model.append("Mul", ["x", gate])
    model.append("Add", [scaled, gate])
    let network = try read(model)
    #expect(
      network.kernels.map(\.kind) == [
        .globalPooling, .pointwise, .pointwise, .elementwise, .elementwise, .elementwise,
      ])
  }

  @Test("have x · hard sigmoid(x) as an activation, x · sigmoid(x) as one pass")
  func swish() throws {
    var model = ForeignModel()
    let first = model.convolution("x", from: 4, to: 4)
    let hard = model.append(
      "HardSigmoid", [first], ["alpha": .float(1 / 6), "beta": .float(0.5)])
    let second = model.convolution(model.append("Mul", [first, hard]), from: 4, to: 4)
    model.append("Mul", [model.append("Sigmoid", [second]), second])
    let network = try read(model)
    #expect(network.kernels.map(\.kind) == [.convolution, .convolution, .elementwise])
    #expect(network.kernels.map(\.activation) == [.hardSwish, .identity, .identity])
    #expect(!network.kernels[2].addsResidual)
  }

  /// Appends a hard-swish of a tensor in one of the ways in which exporters spell it.
  private func hardSwish(_ spelling: Int, _ x: String, in model: inout ForeignModel) -> String {
    func clip(_ input: String, _ lowest: Float, _ highest: Float) -> String {
      model.append("Clip", [input, model.number(lowest), model.number(highest)])
    }
    switch spelling {
    case 0: return model.append("HardSwish", [x])
    case 1:  // x · relu6(x + 3) · 1/6, as TensorFlow
      let gate = clip(model.append("Add", [x, model.number(3)]), 0, 6)
      return model.append("Mul", [model.append("Mul", [x, gate]), model.number(1 / 6)])
    case 2:  // relu6(3 + x) / 6 · x, as PyTorch without the operator
      let gate = clip(model.append("Add", [model.number(3), x]), 0, 6)
      return model.append("Mul", [model.append("Div", [gate, model.number(6)]), x])
    case 3:  // (x · 1/6) · relu6(x + 3)
      let gate = clip(model.append("Add", [x, model.number(3)]), 0, 6)
      return model.append("Mul", [model.append("Mul", [x, model.number(1 / 6)]), gate])
    case 4:  // x · clip(x / 6 + 1/2, 0, 1)
      let line = model.append(
        "Add", [model.append("Mul", [x, model.number(1 / 6)]), model.number(0.5)])
      return model.append("Mul", [x, clip(line, 0, 1)])
    case 5:  // x · relu6(x + 3) / 6, as in half precision
      let gate = clip(model.append("Sub", [x, model.number(-3)]), 0, 6)
      return model.append("Div", [model.append("Mul", [gate, x]), model.number(6.0039)])
    default:  // x · (clip(x, −3, 3) + 3) / 6
      let gate = model.append("Add", [clip(x, -3, 3), model.number(3)])
      return model.append("Mul", [x, model.append("Div", [gate, model.number(6)])])
    }
  }

  @Test("have a hard-swish as one activation, however it is spelled", arguments: 0..<7)
  func hardSwish(spelling: Int) throws {
    func network(_ spelling: Int) throws -> ONNXNetwork {
      var model = ForeignModel()
      let first = model.convolution("x", from: 4, to: 4)
      model.convolution(hardSwish(spelling, first, in: &model), from: 4, to: 4)
      return try read(model)
    }
    let (found, expected) = (try network(spelling), try network(0))
    #expect(expected.kernels.map(\.activation) == [.hardSwish, .identity])
    #expect(found.unsupported.isEmpty && found.kernels == expected.kernels)
    #expect(found.costs == expected.costs)
  }

  @Test("keep what is nearly a hard-swish, or is read elsewhere too, as passes")
  func noHardSwish() throws {
    for (addend, highest, factor) in [(2, 6, 1 / 6), (3, 5, 1 / 6), (3, 6, 1 / 4)]
      as [(Float, Float, Float)]
    {
      var model = ForeignModel()
      let x = model.convolution("x", from: 4, to: 4)
      let gate = model.append(
        "Clip",
        [
          model.append("Add", [x, model.number(addend)]), model.number(0), model.number(highest),
        ])
      model.append("Mul", [model.append("Mul", [x, gate]), model.number(factor)])
      #expect(try read(model).kernels.count > 1)
    }
    var model = ForeignModel()
    let x = model.convolution("x", from: 4, to: 4)
    let gate = model.append(
      "Clip", [model.append("Add", [x, model.number(3)]), model.number(0), model.number(6)])
    let swish = model.append("Mul", [model.append("Mul", [x, gate]), model.number(1 / 6)])
    model.append("Add", [swish, gate])
    #expect(try !read(model).kernels.contains { $0.activation == .hardSwish })
  }

  @Test("have squeeze-and-excitation found whose hard sigmoid is spelled out")
  func spelledGate() throws {
    var model = ForeignModel()
    let x = model.convolution("x", from: 4, to: 4)
    let mean = model.append("GlobalAveragePool", [x])
    let squeezed = model.append("Relu", [model.convolution(mean, from: 4, to: 2, kernel: [1, 1])])
    let excited = model.convolution(squeezed, from: 2, to: 4, kernel: [1, 1])
    let gate = model.append(
      "Clip", [model.append("Add", [excited, model.number(3)]), model.number(0), model.number(6)])
    model.append("Mul", [x, model.append("Div", [gate, model.number(6)])])
    #expect(try read(model).kernels.map(\.kind) == [.convolution, .squeezeExcitation])
  }

  @Test("have shapes that exporters compute from shapes", arguments: 0..<4)
  func computedShape(form: Int) throws {
    var model = ForeignModel()
    let pooled = model.append(
      "GlobalAveragePool", [model.convolution("x", from: 4, to: 6)])
    let shape = model.append("Shape", [pooled])
    let zero = model.integers([0])
    let target: String
    switch form {
    case 0:  // x.view(x.size(0), -1)
      let batch = model.append(
        "Unsqueeze", [model.append("Gather", [shape, model.number(whole: 0)]), zero])
      target = model.append("Concat", [batch, model.integers([-1])], ["axis": .integer(0)])
    case 1:  // tf.shape(x)[0:1]
      let batch = model.append("Slice", [shape, zero, model.integers([1]), zero])
      target = model.append(
        "Concat", [model.append("Cast", [batch], ["to": .integer(7)]), model.integers([-1])],
        ["axis": .integer(0)])
    case 2:  // x.size(0), x.size(1) * x.size(2)
      let channels = model.append("Gather", [shape, model.integers([1])])
      let height = model.append("Gather", [shape, model.integers([-2])])
      target = model.append(
        "Concat", [model.integers([1]), model.append("Mul", [channels, height])],
        ["axis": .integer(0)])
    default:  // newer operator sets
      let batch = model.append("Shape", [pooled], ["start": .integer(0), "end": .integer(1)])
      target = model.append("Concat", [batch, model.integers([-1])], ["axis": .integer(0)])
    }
    model.append("Gemm", [model.append("Reshape", [pooled, target]), model.weights([6, 3])])
    let network = try read(model)
    #expect(network.unsupported.isEmpty, "\(network.unsupported)")
    #expect(network.kernels.map(\.kind) == [.convolution, .globalPooling, .dense])
  }

  @Test("have the sizes that their windows give")
  func windows() throws {
    for (attributes, size) in [
      (["strides": .integers([2, 2]), "pads": .integers([0, 0, 1, 1])], [4, 4]),
      (["auto_pad": .text("SAME_UPPER"), "strides": .integers([3, 3])], [3, 3]),
      (["auto_pad": .text("VALID")], [6, 6]),
      (["strides": .integers([1, 2])], [6, 3]),
    ] as [([String: ONNXAttribute], [Int])] {
      var model = ForeignModel()
      var all = attributes
      all["kernel_shape"] = .integers([3, 3])
      model.append("Conv", ["x", model.weights([2, 4, 3, 3])], all)
      let kernel = try #require(try read(model).kernels.first)
      #expect(kernel.outputShape == shape(size[0], size[1], 2), "\(attributes)")
      #expect(kernel.macs == size[0] * size[1] * 72)
    }
    var model = ForeignModel()
    let convolution = model.convolution("x", from: 4, to: 2, kernel: [1, 5])
    model.append(
      "MaxPool", [convolution],
      [
        "kernel_shape": .integers([3, 3]), "strides": .integers([2, 2]), "ceil_mode": .integer(1),
      ])
    let kernels = try read(model).kernels
    #expect(kernels[0].kernelSize == 5 && kernels[0].macs == 64 * 5 * 4 * 2)
    #expect(kernels[1].outputShape == shape(4, 4, 2))
  }

  @Test("have flattenings, transpositions and concatenations as what they cost")
  func views() throws {
    var model = ForeignModel()
    let left = model.convolution("x", from: 4, to: 4, kernel: [1, 1])
    let both = model.append("Concat", [left, "x"], ["axis": .integer(-3)])
    // A channel shuffle.
    var shuffled = model.append("Reshape", [both, model.integers([1, 2, 4, 8, 8])])
    shuffled = model.append("Transpose", [shuffled], ["perm": .integers([0, 2, 1, 3, 4])])
    shuffled = model.append("Reshape", [shuffled, model.integers([0, -1, 8, 8])])
    let pooled = model.append("GlobalAveragePool", [shuffled])
    // Nothing moves in memory.
    let moved = model.append("Transpose", [pooled], ["perm": .integers([0, 2, 3, 1])])
    let vector = model.append("Squeeze", [moved, model.integers([1, 2])])
    let dense = model.append("Gemm", [vector, model.weights([8, 10]), model.weights([10])])
    model.append("Softmax", [model.append("Dropout", [model.append("Identity", [dense])])])
    let network = try read(model)
    #expect(network.unsupported.isEmpty, "\(network.unsupported)")
    #expect(
      network.kernels.map(\.kind) == [
        .pointwise, .elementwise, .elementwise, .globalPooling, .dense, .elementwise,
      ])
    #expect(network.kernels[1].outputShape == shape(8, 8, 8))
    #expect(network.kernels[2].inputShape == shape(8, 8, 8))
    #expect(network.kernels[4].weightCount == 90)
  }

  @Test("may have constants in another shape, and biases of their own")
  func reshapedConstants() throws {
    var model = ForeignModel()
    let bias = model.append("Unsqueeze", [model.weights([6]), model.integers([1, 2])])
    let flat = model.append("Reshape", [model.weights([4, 6]), model.integers([6, 4, 1, -1])])
    model.append("Sum", [model.append("Conv", ["x", flat]), bias])
    let network = try read(model)
    #expect(network.unsupported.isEmpty, "\(network.unsupported)")
    #expect(
      network.kernels == [
        InferenceKernel(
          .pointwise, from: shape(8, 8, 4), to: shape(8, 8, 6), macs: 64 * 24, weightCount: 30)
      ])
  }

  @Test("have constants along the width added by a pass, not as a bias")
  func addendAlongWidth() throws {
    var model = ForeignModel()
    let convolution = model.convolution("x", from: 4, to: 8, kernel: [1, 1])
    model.append("Add", [convolution, model.weights([8])])
    let kernels = try read(model).kernels
    #expect(kernels.map(\.kind) == [.pointwise, .elementwise])
    #expect(kernels.map(\.weightCount) == [32, 8])
  }

  @Test("have each operator that is not understood named, with the reason")
  func unsupported() throws {
    var model = ForeignModel()
    let dilated = model.convolution("x", from: 4, to: 4, ["dilations": .integers([2, 2])])
    let resized = model.append("Resize", [dilated], name: "up")
    let own = model.append("Attention", [resized], name: "", domain: "com.example")
    #expect(own.isEmpty)
    model.graph.nodes[2].outputs = ["attended"]
    model.append("Relu", ["attended"])
    let network = try read(model)
    #expect(network.kernels.isEmpty)
    #expect(network.unsupported.map(\.isConsequence) == [false, true, true, true])
    #expect(
      network.unsupported.map(\.description) == [
        "Conv 'Conv0': dilations [2, 2], expected [1, 1]",
        "Resize 'up': the shape of its input 'Conv0' is unknown",
        "com.example.Attention 'attended': the shape of its input 'up' is unknown",
        "Relu 'Relu3': the shape of its input 'attended' is unknown",
      ])
  }

  @Test("are priced behind an operator that is not understood if the file says its shape")
  func declaredShape() throws {
    var model = ForeignModel()
    model.append("Resize", ["x"], name: "up")
    model.graph.values = [
      ONNXValueInfo(name: "up", shape: [.symbol(""), .size(4), .size(16), .size(16)])
    ]
    model.convolution("up", from: 4, to: 2)
    let network = try read(model)
    #expect(network.unsupported.map(\.operation) == ["Resize"])
    #expect(network.unsupported[0].reason == "no rule for this operator")
    #expect(network.kernels.map(\.outputShape) == [shape(16, 16, 2)])
  }

  @Test("without an effect on the output are not counted")
  func deadNodes() throws {
    var model = ForeignModel()
    model.append("NonMaxSuppression", ["x"])
    model.append("Relu", ["x"])
    let network = try read(model)
    #expect(network.unsupported.isEmpty)
    #expect(network.kernels.map(\.activation) == [.relu])
  }

  @Test(
    "whose input is not one image of fixed size are refused",
    arguments: [
      ([.size(8), .size(4), .size(8), .size(8)], "a batch of 8"),
      ([.symbol("N"), .size(4), .symbol("H"), .size(8)], "the open size 'H' in dimension 2"),
      ([.size(1), .size(4), .size(8)], "3 dimensions"), (nil, "no shape"),
      ([.size(1), .size(0), .size(8), .size(8)], "[1, 0, 8, 8]"),
      ([.size(1), .size(1 << 40), .size(1 << 40), .size(8)], "input 'x'"),
    ] as [([ONNXValueInfo.Dimension]?, String)])
  func wrongInput(input: [ONNXValueInfo.Dimension]?, part: String) throws {
    var model = ForeignModel(input: input)
    model.append("Relu", ["x"])
    let error = #expect(throws: FileFormatError.self) { try read(model) }
    #expect("\(error!)".contains(part) && "\(error!)".hasPrefix("m.onnx: input 'x'"), "\(error!)")
  }

  @Test("whose nodes read what nothing gives are refused, naming node and tensor")
  func undefinedTensor() throws {
    var model = ForeignModel()
    model.append("Relu", ["later"], name: "early")
    model.append("Relu", ["early"], name: "later")
    let error = #expect(throws: FileFormatError.self) { try read(model) }
    #expect("\(error!)".contains("node 'early': found the input 'later'"), "\(error!)")
  }

  @Test("are read or refused but never crash, whatever bytes change", arguments: [1, 2])
  func fuzz(seed: UInt64) throws {
    let whole = [UInt8](RandomModel(try unusualNetwork(), seed: 1).onnx.data)
    var state = seed
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<Thoroughness.pick(4_000, usually: 800) {
      var bytes = whole
      for _ in 0...draw(4) {
        bytes[draw(bytes.count)] = UInt8(draw(4) == 0 ? draw(256) : draw(12))
      }
      do {
        _ = try ONNXNetwork(
          ONNXModel(data: .init(bytes), path: "a.onnx"), path: "a.onnx")
      } catch {
        guard case FileFormatError.malformed(path: "a.onnx", _, _, _) = error else {
          Issue.record("another error: \(error)")
          return
        }
      }
    }
  }

  @Test(
    "have sizes that nobody can count refused as unsupported, not added up",
    arguments: [
      [Int.max, 4, 3, 3], [1 << 50, 4, 3, 3], [0, 4, 3, 3], [2, 4, 4096, 4096],
    ])
  func hugeWeights(shape: [Int]) throws {
    var model = ForeignModel()
    model.append("Conv", ["x", "w"])
    var read = try model.model()
    read.graph.initializers = [ONNXTensor(name: "w", NumericArray(shape: [0], [Float]()))]
    read.graph.initializers[0].shape = shape
    read.graph.initializers[0].values = nil
    let network = try ONNXNetwork(read, path: "m.onnx")
    #expect(network.unsupported.count == 1 && network.kernels.isEmpty)
  }
}
