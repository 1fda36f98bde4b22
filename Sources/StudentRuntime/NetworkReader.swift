import CStudentKernels

/// Reads what `export --format safetensors` writes: trained tensors, and in the metadata's `network` the layers,
/// `name(arguments)[inputs]height×width×channels`, parted by semicolons. A norm behind a convolution or dense layer
/// becomes part of its weights.
struct NetworkReader {
  private struct Layer {
    let place: String
    let name: String
    /// By label; an argument without one stands under "".
    let arguments: [String: String]
    let inputs: [Int]
    let shape: [Int]
  }

  private let file: Safetensors
  private var layers: [Layer] = []
  private var graph = Graph()
  /// For each layer the tensor that holds its output.
  private var outputs: [Int] = []

  static func graph(of bytes: [UInt8]) throws(Refusal) -> Graph {
    var reader = NetworkReader(file: try Safetensors(bytes))
    try reader.read()
    return reader.graph
  }

  private init(file: Safetensors) { self.file = file }

  private mutating func read() throws(Refusal) {
    guard let text = file.metadata["network"] else {
      throw Refusal(
        "metadata", found: "no \"network\"", expected: "a file of autodistill export, which describes its network")
    }
    for (index, part) in text.split(separator: ";").enumerated() {
      layers.append(try NetworkReader.layer(String(part), index))
    }
    graph.metadata = file.metadata
    for index in layers.indices { outputs.append(try append(index)) }
    graph.output = outputs.last ?? 0
    // A vector of logits, whatever the last layer was.
    let last = graph.tensors[graph.output]
    if last.shape.count == 4 {
      graph.output = add(.reshape, [graph.output], [1, last.count], "output")
    }
  }

  private static func layer(_ text: String, _ index: Int) throws(Refusal) -> Layer {
    let place = "layer \(index)"
    let pieces = text.split(separator: "[", maxSplits: 1)
    let ends = pieces.count == 2 ? pieces[1].split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false) : []
    let head = pieces.first?.split(separator: "(", maxSplits: 1) ?? []
    let shape = ends.count == 2 ? ends[1].split(separator: "×").map { Int($0) ?? 0 } : []
    let inputs = ends.first?.split(separator: ",").map { Int($0.filter { $0 != " " }) ?? -1 } ?? []
    guard !head.isEmpty, shape.count == 3, inputs.allSatisfy({ (0..<index).contains($0) }),
      inputs.isEmpty == (index == 0)
    else { throw Refusal(place, found: text, expected: "name(arguments)[inputs]height×width×channels") }
    var arguments: [String: String] = [:]
    if head.count == 2 {
      for argument in head[1].dropLast().split(separator: ",") {
        let parts = argument.split(separator: ":").map { String($0.drop { $0 == " " }) }
        arguments[parts.count == 2 ? parts[0] : ""] = parts.last.map { String($0.split(separator: ".").last ?? "") }
      }
    }
    _ = try Tensor.count(shape, place)
    return Layer(
      place: "\(place) (\(head[0]))", name: String(head[0]), arguments: arguments, inputs: inputs, shape: [1] + shape)
  }

  private mutating func add(
    _ kind: Operation.Kind, _ inputs: [Int], _ shape: [Int], _ place: String,
    activation: student_activation = student_no_activation
  ) -> Int {
    let output = graph.add(Tensor(name: place, shape: shape))
    graph.operations.append(
      Operation(kind: kind, inputs: inputs, output: output, activation: activation, place: place))
    return output
  }

  private mutating func constant(_ values: [Float], _ shape: [Int]) -> Int {
    graph.add(Tensor(name: "", shape: shape, values: .floats(values)))
  }

  /// Returns a trained tensor of a layer.
  private func trained(_ role: String, _ index: Int, count: Int) throws(Refusal) -> [Float] {
    let name = "\(index).\(role)"
    guard let tensor = file.tensors[name], tensor.values.count == count else {
      throw Refusal(
        "tensor \(name)", found: file.tensors[name].map { "shape \($0.shape)" } ?? "nothing",
        expected: "\(count) values for \(layers[index].place)")
    }
    return tensor.values
  }

  /// Returns what a norm multiplies and adds.
  private func norm(_ index: Int, channels: Int) throws(Refusal) -> (factors: [Float], addends: [Float]) {
    let (scale, shift) = (try trained("scale", index, count: channels), try trained("shift", index, count: channels))
    let mean = try trained("running_mean", index, count: channels)
    let variance = try trained("running_variance", index, count: channels)
    let factors = scale.indices.map { scale[$0] / (variance[$0] + 1e-5).squareRoot() }
    return (factors, shift.indices.map { shift[$0] - mean[$0] * factors[$0] })
  }

  /// Adds a convolution, depthwise convolution or dense layer with the norm that alone reads it.
  private mutating func weighted(
    _ index: Int, _ kind: Operation.Kind, input: Int, shape: [Int], rows: Int, hasBias: Bool,
    isDepthwise: Bool = false, output: [Int], roles: (String, String) = ("weight", "bias")
  ) throws(Refusal) -> Int {
    let channels = output[output.count - 1]
    _ = try Tensor.count([rows, channels], layers[index].place)
    var weights = try trained(roles.0, index, count: rows * channels)
    var bias = hasBias ? try trained(roles.1, index, count: channels) : [Float](repeating: 0, count: channels)
    if roles.0 == "weight", let next = normBehind(index) {
      let norm = try norm(next, channels: channels)
      for place in weights.indices { weights[place] *= norm.factors[place % channels] }
      for channel in 0..<channels { bias[channel] = bias[channel] * norm.factors[channel] + norm.addends[channel] }
    }
    if !isDepthwise {
      let trained = weights
      for row in 0..<rows {
        for channel in 0..<channels { weights[channel * rows + row] = trained[row * channels + channel] }
      }
    }
    let inputs = [input, constant(weights, shape), constant(bias, [channels])]
    return add(kind, inputs, output, layers[index].place + " " + roles.0)
  }

  /// Returns the norm that is the only reader of a layer.
  private func normBehind(_ index: Int) -> Int? {
    let readers = layers.indices.filter { layers[$0].inputs.contains(index) }
    return readers.count == 1 && layers[readers[0]].name == "batchNorm" ? readers[0] : nil
  }

  /// Returns a layer's input as a vector or an image.
  private mutating func shaped(_ tensor: Int, _ shape: [Int], _ place: String) -> Int {
    graph.tensors[tensor].shape == shape ? tensor : add(.reshape, [tensor], shape, place + " shape")
  }

  /// Adds a layer's operations and returns the tensor of its output.
  private mutating func append(_ index: Int) throws(Refusal) -> Int {
    let layer = layers[index]
    let place = layer.place
    guard index > 0 else {
      graph.input = graph.add(Tensor(name: "input", shape: layer.shape))
      return graph.input
    }
    func number(_ label: String) throws(Refusal) -> Int {
      guard let value = layer.arguments[label].flatMap({ Int($0) }), (0...1 << 20).contains(value) else {
        throw Refusal(place, found: "\(layer.arguments)", expected: "a whole number as \(label)")
      }
      return value
    }
    let known = ["kernel", "stride", "channels", "bias", "groups", "hidden", "padding", "rate", ""]
    guard layer.arguments.keys.allSatisfy({ known.contains($0) }) else {
      throw Refusal(place, found: "\(layer.arguments)", expected: "arguments that this version knows")
    }
    let source = layers[layer.inputs[0]].shape
    let (channels, outputs) = (source[3], layer.shape[3])
    let image = shaped(self.outputs[layer.inputs[0]], source, place)
    func window() throws(Refusal) -> Window {
      let (kernel, stride) = (min(4096, try number("kernel")), max(1, try number("stride")))
      let before = layer.name == "pooling" ? try number("padding") : kernel / 2
      var window = Window(height: kernel, width: kernel, strideY: stride, strideX: stride, top: before, left: before)
      (window.outputHeight, window.outputWidth) = (
        (source[1] + 2 * before - kernel) / stride + 1, (source[2] + 2 * before - kernel) / stride + 1
      )
      return window
    }
    switch layer.name {
    case "convolution", "groupedConvolution":
      let kernel = min(4096, try number("kernel"))
      let groups = layer.name == "convolution" ? 1 : try number("groups")
      guard groups > 0, channels % groups == 0 else {
        throw Refusal(place, found: "\(layer.arguments)", expected: "groups of \(channels) channels")
      }
      return try weighted(
        index, .convolution(try window()), input: image, shape: [outputs, kernel, kernel, channels / groups],
        rows: kernel * kernel * (channels / groups), hasBias: layer.arguments["bias"] == "true", output: layer.shape)
    case "depthwiseConvolution":
      let kernel = min(4096, try number("kernel"))
      return try weighted(
        index, .depthwise(try window()), input: image, shape: [1, kernel, kernel, channels], rows: kernel * kernel,
        hasBias: false, isDepthwise: true, output: layer.shape)
    case "dense":
      let rows = source.reduce(1, *)
      let vector = shaped(self.outputs[layer.inputs[0]], [1, rows], place)
      return try weighted(
        index, .dense, input: vector, shape: [outputs, rows], rows: rows, hasBias: true, output: [1, outputs])
    case "batchNorm":
      if normBehind(layer.inputs[0]) == index, ["convolution", "groupedConvolution", "depthwiseConvolution", "dense"]
        .contains(layers[layer.inputs[0]].name)
      {
        return self.outputs[layer.inputs[0]]
      }
      let norm = try norm(index, channels: channels)
      let inputs = [image, constant(norm.factors, [1, 1, 1, channels]), constant(norm.addends, [channels])]
      var window = Window(height: 1, width: 1, strideY: 1, strideX: 1)
      (window.outputHeight, window.outputWidth) = (source[1], source[2])
      return add(.depthwise(window), inputs, layer.shape, place)
    case "layerNorm":
      let norm = (try trained("scale", index, count: channels), try trained("shift", index, count: channels))
      return add(
        .normalize, [image, constant(norm.0, [channels]), constant(norm.1, [channels])], layer.shape, place)
    case "activation":
      let kinds = ["relu": student_relu, "relu6": student_relu6, "hardSwish": student_hard_swish]
      guard let name = layer.arguments[""], name == "identity" || kinds[name] != nil else {
        throw Refusal(place, found: "\(layer.arguments)", expected: "relu, relu6, hardSwish or identity")
      }
      return kinds[name].map { add(.activation, [image], layer.shape, place, activation: $0) } ?? image
    case "gelu": return add(.activation, [image], layer.shape, place, activation: student_gelu)
    case "dropout": return image
    case "squeezeExcitation":
      let hidden = try number("hidden")
      let mean = shaped(globalMean(image, source, place), [1, channels], place)
      let squeezed = try weighted(
        index, .dense, input: mean, shape: [hidden, channels], rows: channels, hasBias: true, output: [1, hidden],
        roles: ("squeeze.weight", "squeeze.bias"))
      let active = add(.activation, [squeezed], [1, hidden], place + " relu", activation: student_relu)
      let excited = try weighted(
        index, .dense, input: active, shape: [channels, hidden], rows: hidden, hasBias: true, output: [1, channels],
        roles: ("excite.weight", "excite.bias"))
      let shifted = add(
        .add, [excited, constant([3], [1])], [1, channels], place + " shift", activation: student_relu6)
      let gate = add(.multiply, [shifted, constant([1 / 6], [1])], [1, channels], place + " gate")
      return add(.multiply, [image, gate], layer.shape, place)
    case "add":
      guard layer.inputs.count == 2 else { throw Refusal(place, found: "\(layer.inputs)", expected: "two inputs") }
      return add(
        .add, [image, shaped(self.outputs[layer.inputs[1]], layer.shape, place + " second")], layer.shape, place)
    case "zero": return add(.multiply, [image, constant([0], [1])], layer.shape, place)
    case "channelShuffle":
      let (groups, positions) = (try number("groups"), source[1] * source[2])
      guard groups > 0, channels % groups == 0 else {
        throw Refusal(place, found: "\(groups) groups", expected: "a divisor of \(channels)")
      }
      let split = add(.reshape, [image], [1, positions, groups, channels / groups], place + " split")
      let dealt = add(
        .transpose([0, 1, 3, 2]), [split], [1, positions, channels / groups, groups], place + " deal")
      return add(.reshape, [dealt], layer.shape, place)
    case "pooling":
      return add(.pool(try window(), isMaximum: layer.arguments[""] == "max"), [image], layer.shape, place)
    case "globalAveragePool": return globalMean(image, source, place)
    default: throw Refusal(place, found: layer.name, expected: "a layer that this version knows")
    }
  }

  private mutating func globalMean(_ image: Int, _ shape: [Int], _ place: String) -> Int {
    var window = Window(height: shape[1], width: shape[2], strideY: 1, strideX: 1)
    (window.outputHeight, window.outputWidth) = (1, 1)
    return add(.pool(window, isMaximum: false), [image], [1, 1, 1, shape[3]], place + " mean")
  }
}
