import CStudentKernels

/// Reads what `export --format safetensors` writes: trained tensors, and in the metadata's `network` the layers,
/// `name(arguments)[inputs]height×width×channels`, parted by semicolons. A norm behind a convolution
/// or dense layer becomes part of its weights.
struct NetworkReader {
  private struct Layer {
    let place: String
    let name: String
    /// Numbers and words by label; without a label under "".
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
        "metadata", found: "no \"network\"",
        expected: "a file of autodistill export, which describes its network")
    }
    for (index, part) in text.split(separator: ";").enumerated() {
      layers.append(try NetworkReader.layer(part, index))
    }
    graph.metadata = file.metadata
    for index in layers.indices { outputs.append(try append(index)) }
    guard let last = outputs.last else {
      throw Refusal("network", found: "no layers", expected: "some")
    }
    // Logits are a vector, whatever the last layer was.
    graph.output = shaped(last, [1, graph.tensors[last].count], "output")
  }

  private static func layer(_ text: Substring, _ index: Int) throws(Refusal) -> Layer {
    // What follows the arguments has the text's last brackets.
    let close = text.lastIndex(of: "]") ?? text.endIndex
    let open = text[..<close].lastIndex(of: "[") ?? close
    let head = text[..<open].split { "(), ".contains($0) }
    let shape = text[close...].dropFirst().split(separator: "×").map { Int($0) ?? 0 }
    let inputs = text[open..<close].dropFirst().split { ", ".contains($0) }.map { Int($0) ?? -1 }
    guard let name = head.first, shape.count == 3,
      inputs.allSatisfy({ (0..<index).contains($0) }), inputs.isEmpty == (index == 0)
    else {
      throw Refusal(
        "layer \(index)", found: "\(text)", expected: "name(arguments)[inputs]height×width×channels"
      )
    }
    var (arguments, label) = ([String: String](), "")
    for word in head.dropFirst() {
      if word.last == ":" {
        label = String(word.dropLast())
      } else {
        // Swift prints a word with its type in front, and a word's own argument behind it.
        arguments[label] = String(word.split(separator: ".").last ?? "")
        if label == "padding" || label == "" { label = "positions" }
      }
    }
    let unknown = Set(arguments.keys).subtracting([
      "", "positions", "window", "height", "width", "kernel", "stride", "channels", "bias",
      "groups",
      "padding", "hidden", "rate",
    ])
    guard unknown.isEmpty else {
      throw Refusal("layer \(index)", found: "\(unknown)", expected: "what this version knows")
    }
    _ = try Tensor.count(shape, "layer \(index)")
    return Layer(
      place: "layer \(index) (\(name))", name: String(name), arguments: arguments, inputs: inputs,
      shape: [1] + shape)
  }

  private mutating func add(
    _ kind: Operation.Kind, _ inputs: [Int], _ shape: [Int], _ place: String,
    _ activation: student_activation = student_no_activation
  ) -> Int {
    let output = graph.add(Tensor(name: place, shape: shape))
    graph.operations.append(
      Operation(kind: kind, inputs: inputs, output: output, activation: activation, place: place))
    return output
  }

  private mutating func constant(_ values: [Float], _ shape: [Int]) -> Int {
    graph.add(Tensor(name: "", shape: shape, values: .floats(values)))
  }

  /// Returns a tensor in another shape.
  private mutating func shaped(_ tensor: Int, _ shape: [Int], _ place: String) -> Int {
    graph.tensors[tensor].shape == shape ? tensor : add(.reshape, [tensor], shape, place)
  }

  /// Returns a trained tensor of a layer.
  private func trained(_ role: String, _ index: Int, count: Int) throws(Refusal) -> [Float] {
    let tensor = file.tensors["\(index).\(role)"]
    guard let tensor, tensor.values.count == count else {
      throw Refusal(
        "tensor \(index).\(role)", found: tensor.map { "shape \($0.shape)" } ?? "nothing",
        expected: "\(count) values for \(layers[index].place)")
    }
    return tensor.values
  }

  /// Returns what a norm multiplies and adds.
  private func norm(
    _ index: Int, channels: Int
  ) throws(Refusal) -> (factors: [Float], addends: [Float]) {
    let scale = try trained("scale", index, count: channels)
    let shift = try trained("shift", index, count: channels)
    let mean = try trained("running_mean", index, count: channels)
    let variance = try trained("running_variance", index, count: channels)
    let factors = scale.indices.map { scale[$0] / (variance[$0] + 1e-5).squareRoot() }
    return (factors, shift.indices.map { shift[$0] - mean[$0] * factors[$0] })
  }

  /// Returns the norm that is the only reader of a layer with weights.
  private func normBehind(_ index: Int) -> Int? {
    let readers = layers.indices.filter { layers[$0].inputs.contains(index) }
    let isWeighted = layers[index].name == "dense" || layers[index].name.hasSuffix("onvolution")
    return isWeighted && readers.count == 1 && layers[readers[0]].name == "batchNorm"
      ? readers[0] : nil
  }

  /// Adds a convolution, depthwise convolution or dense layer with the norm that alone reads it.
  ///
  /// - Parameter shape: Of the weights, `[outputs, …]`, or `[1, height, width, channels]` if depthwise.
  private mutating func weighted(
    _ index: Int, _ kind: Operation.Kind, _ input: Int, shape: [Int], output: [Int], hasBias: Bool,
    role: String = ""
  ) throws(Refusal) -> Int {
    let channels = output[output.count - 1]
    let rows = try Tensor.count(shape, layers[index].place) / channels
    var weights = try trained(role + "weight", index, count: rows * channels)
    var bias = [Float](repeating: 0, count: channels)
    if hasBias { bias = try trained(role + "bias", index, count: channels) }
    if let next = normBehind(index) {
      let norm = try norm(next, channels: channels)
      for place in weights.indices { weights[place] *= norm.factors[place % channels] }
      for channel in 0..<channels {
        bias[channel] = bias[channel] * norm.factors[channel] + norm.addends[channel]
      }
    }
    if shape[0] == channels {
      let trained = weights
      for place in weights.indices {
        weights[place % channels * rows + place / channels] = trained[place]
      }
    }
    let inputs = [input, constant(weights, shape), constant(bias, [channels])]
    return add(kind, inputs, output, layers[index].place + " " + role)
  }

  /// Adds a layer's operations and returns the tensor of its output.
  private mutating func append(_ index: Int) throws(Refusal) -> Int {
    let layer = layers[index]
    let (place, arguments) = (layer.place, layer.arguments)
    guard index > 0 else {
      graph.input = graph.add(Tensor(name: "input", shape: layer.shape))
      return graph.input
    }
    let source = layers[layer.inputs[0]].shape
    let (channels, outputs) = (source[3], layer.shape[3])
    let image = shaped(self.outputs[layer.inputs[0]], source, place + " image")
    func number(_ label: String) throws(Refusal) -> Int {
      guard let value = arguments[label].flatMap({ Int($0) }), (1...4096).contains(value) else {
        throw Refusal(place, found: "\(arguments)", expected: "a whole number as \(label)")
      }
      return value
    }
    func window() throws(Refusal) -> Window {
      let height = try number(arguments["height"] == nil ? "kernel" : "height")
      let width = try number(arguments["width"] == nil ? "kernel" : "width")
      let stride = try number("stride")
      var window = Window(height: height, width: width, strideY: stride, strideX: stride)
      let word = arguments["padding"] ?? "half"
      let positions = Int(word == "positions" ? arguments["positions"] ?? "" : word)
      guard positions.map({ (0..<4096).contains($0) }) ?? ["half", "same"].contains(word) else {
        throw Refusal(
          place, found: "padding \(word)", expected: "half, same or a number of positions")
      }
      func side(_ length: Int, _ kernel: Int) -> (positions: Int, before: Int) {
        if word == "same" { return Window.same(length, kernel, stride) }
        let before = positions ?? kernel / 2
        return ((length + 2 * before - kernel) / stride + 1, before)
      }
      (window.outputHeight, window.top) = side(source[1], height)
      (window.outputWidth, window.left) = side(source[2], width)
      return window
    }
    switch layer.name {
    case "convolution", "groupedConvolution":
      let (window, groups) = (try window(), layer.name == "convolution" ? 1 : try number("groups"))
      return try weighted(
        index, .convolution(window), image,
        shape: [outputs, window.height, window.width, max(1, channels / groups)],
        output: layer.shape, hasBias: arguments["bias"] == "true")
    case "depthwiseConvolution":
      let window = try window()
      return try weighted(
        index, .depthwise(window), image, shape: [1, window.height, window.width, channels],
        output: layer.shape, hasBias: false)
    case "dense":
      let count = source.reduce(1, *)
      let vector = shaped(self.outputs[layer.inputs[0]], [1, count], place + " vector")
      return try weighted(
        index, .dense, vector, shape: [outputs, count], output: [1, outputs], hasBias: true)
    case "batchNorm":
      if normBehind(layer.inputs[0]) != nil { return self.outputs[layer.inputs[0]] }
      let norm = try norm(index, channels: channels)
      var window = Window(height: 1, width: 1, strideY: 1, strideX: 1)
      (window.outputHeight, window.outputWidth) = (source[1], source[2])
      return add(
        .depthwise(window),
        [image, constant(norm.factors, [1, 1, 1, channels]), constant(norm.addends, [channels])],
        layer.shape, place)
    case "layerNorm":
      let factors = constant(try trained("scale", index, count: channels), [channels])
      let addends = constant(try trained("shift", index, count: channels), [channels])
      return add(.normalize, [image, factors, addends], layer.shape, place)
    case "activation":
      let kinds = ["relu": student_relu, "relu6": student_relu6, "hardSwish": student_hard_swish]
      guard let name = arguments[""], name == "identity" || kinds[name] != nil else {
        throw Refusal(place, found: "\(arguments)", expected: "relu, relu6, hardSwish or identity")
      }
      return kinds[name].map { add(.activation, [image], layer.shape, place, $0) } ?? image
    case "gelu": return add(.activation, [image], layer.shape, place, student_gelu)
    case "dropout": return image
    case "squeezeExcitation":
      let hidden = try number("hidden")
      let mean = shaped(globalMean(image, source, place), [1, channels], place + " vector")
      let squeezed = try weighted(
        index, .dense, mean, shape: [hidden, channels], output: [1, hidden], hasBias: true,
        role: "squeeze.")
      let active = add(.activation, [squeezed], [1, hidden], place + " relu", student_relu)
      let excited = try weighted(
        index, .dense, active, shape: [channels, hidden], output: [1, channels], hasBias: true,
        role: "excite.")
      let three = constant([3], [1])
      let shifted = add(.add, [excited, three], [1, channels], place + " shift", student_relu6)
      let gate = add(.multiply, [shifted, constant([1 / 6], [1])], [1, channels], place + " gate")
      return add(.multiply, [image, gate], layer.shape, place)
    case "add":
      let second = shaped(self.outputs[layer.inputs.last ?? 0], layer.shape, place + " second")
      return add(.add, [image, second], layer.shape, place)
    case "zero": return add(.multiply, [image, constant([0], [1])], layer.shape, place)
    case "channelShuffle":
      let (groups, positions) = (try number("groups"), source[1] * source[2])
      let size = channels / groups
      let split = add(.reshape, [image], [1, positions, groups, size], place + " split")
      let dealt = add(
        .transpose([0, 1, 3, 2]), [split], [1, positions, size, groups], place + " deal")
      return add(.reshape, [dealt], layer.shape, place)
    case "pooling":
      let isMaximum = arguments[""] == "max"
      return add(.pool(try window(), isMaximum: isMaximum), [image], layer.shape, place)
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
