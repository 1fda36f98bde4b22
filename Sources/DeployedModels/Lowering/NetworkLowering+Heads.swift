import NeuralNetworks

extension NetworkLowering {
  /// Appends what leads a group and returns its output.
  mutating func appendHead(
    _ group: FusedGroup, activation: FusedActivation
  ) throws(DeploymentError) -> Int {
    let index = group.head
    let node = network.nodes[index]
    let read = network.inputShape(of: index)
    let output = node.shape.deployed
    switch node.layer {
    case .convolution: return appendConvolution(index, inputs: read.channels, activation)
    case .groupedConvolution(_, _, _, let groups, _, _):
      return appendConvolution(index, inputs: read.channels / groups, activation)
    case .depthwiseConvolution: return appendDepthwise(index, activation)
    case .dense(let channels): return appendDense(index, to: channels, activation)
    case .batchNorm: return appendNorm(index, activation)
    case .activation(let kind):
      let source = tensor(of: node.inputs[0])
      return kind == .identity
        ? source : append(kind.kind, inputs: [source], like: source, name: name(index))
    case .squeezeExcitation(let hidden): return appendSqueezeExcitation(index, hidden: hidden)
    case .add:
      return appendSum(
        tensor(of: node.inputs[0]), tensor(of: node.inputs[1]), name: name(index), activation)
    case .zero:
      let source = tensor(of: node.inputs[0])
      let zero = constant("\(index).factor", 0)
      return append(.multiply, inputs: [source, zero], like: source, name: name(index))
    case .gelu:
      let source = tensor(of: node.inputs[0])
      return append(.gelu, inputs: [source], like: source, name: name(index))
    case .channelShuffle(let groups): return appendShuffle(index, groups: groups)
    case .pooling(let kind, _, _, _): return try appendPool(index, kind)
    case .globalAveragePool:
      let window = Window(
        height: read.height, width: read.width, strideY: read.height, strideX: read.width,
        padding: .valid)
      return append(
        .averagePool(window), inputs: [image(of: node.inputs[0])], shape: output, name: name(index))
    case .layerNorm:
      throw DeploymentError(
        layer: name(index), reason: "layer normalisation is no operator of TensorFlow Lite")
    case .input, .dropout:
      preconditionFailure("\(node.layer.name) runs no kernel")
    }
  }

  /// How the window of a node's layer passes over what it reads.
  private func windowAxes(_ index: Int) -> (rows: WindowAxis, columns: WindowAxis) {
    guard let axes = network.nodes[index].layer.windowAxes(on: network.inputShape(of: index)) else {
      preconditionFailure("\(network.nodes[index].layer.name) has no window")
    }
    return axes
  }

  /// Returns the padding of TFLite under which a node's window lies where the layer has it; nil if none does.
  private func padding(_ index: Int, among choices: [Window.Padding]) -> Window.Padding? {
    let (rows, columns) = windowAxes(index)
    return choices.first { choice in
      let extent = Window(rows, columns, padding: choice)
        .extent(height: rows.length, width: columns.length)
      return extent.top == rows.before && extent.left == columns.before
        && extent.height == rows.count && extent.width == columns.count
    }
  }

  /// Returns what a convolution's window reads, and the window. Padding k/2 on all sides is TFLite's SAME where the
  /// odd zero is not needed: at stride 1, and on odd sides. Elsewhere zeros are put around the image first.
  private mutating func padded(_ index: Int) -> (input: Int, window: Window) {
    let source = image(of: network.nodes[index].inputs[0])
    let (rows, columns) = windowAxes(index)
    if let padding = padding(index, among: [.same]) {
      return (source, Window(rows, columns, padding: padding))
    }
    let window = Window(rows, columns, padding: .valid)
    let shape = model.tensors[source].shape
    func behind(_ axis: WindowAxis) -> Int {
      max(0, (axis.count - 1) * axis.stride + axis.kernel - axis.length - axis.before)
    }
    let sides = [0, 0, rows.before, behind(rows), columns.before, behind(columns), 0, 0]
    let pads = integers("\(index).pads", [4, 2], sides)
    let size = [1, shape[1] + sides[2] + sides[3], shape[2] + sides[4] + sides[5], shape[3]]
    return (
      append(.pad, inputs: [source, pads], shape: size, name: name(index) + ".padded"), window
    )
  }

  private mutating func appendConvolution(
    _ index: Int, inputs: Int, _ activation: FusedActivation
  ) -> Int {
    let channels = network.nodes[index].shape.channels
    let (input, window) = padded(index)
    let operands = operands(index, shape: [channels, window.height, window.width, inputs])
    return append(
      .convolution(window), inputs: [input] + operands,
      shape: network.nodes[index].shape.deployed, name: name(index), activation: activation)
  }

  private mutating func appendDepthwise(_ index: Int, _ activation: FusedActivation) -> Int {
    let channels = network.nodes[index].shape.channels
    let (input, window) = padded(index)
    let operands = operands(
      index, shape: [1, window.height, window.width, channels], isDepthwise: true)
    return append(
      .depthwiseConvolution(window), inputs: [input] + operands,
      shape: network.nodes[index].shape.deployed, name: name(index), activation: activation)
  }

  private mutating func appendDense(
    _ index: Int, to channels: Int, _ activation: FusedActivation
  ) -> Int {
    let input = vector(of: network.nodes[index].inputs[0])
    let operands = operands(index, shape: [channels, model.tensors[input].elementCount])
    return append(
      .fullyConnected, inputs: [input] + operands,
      shape: [1, channels], name: name(index), activation: activation)
  }

  /// Appends a norm that no layer took in, as a depthwise convolution of one position.
  private mutating func appendNorm(_ index: Int, _ activation: FusedActivation) -> Int {
    let source = image(of: network.nodes[index].inputs[0])
    let channels = network.nodes[index].shape.channels
    let factor = trained("\(index).factor", [1, 1, 1, channels]) { $0.normFactors(index) }
    let addend = trained("\(index).addend", [channels]) { $0.normAddends(index) }
    return append(
      .depthwiseConvolution(Window(side: 1, stride: 1, padding: .valid)),
      inputs: [source, factor, addend], like: source, name: name(index), activation: activation)
  }

  /// Appends a pool. Behind zeros of our own an average would count them, and a maximum would see them.
  private mutating func appendPool(
    _ index: Int, _ kind: PoolingKind
  ) throws(DeploymentError) -> Int {
    let source = image(of: network.nodes[index].inputs[0])
    let output = network.nodes[index].shape
    let (rows, columns) = windowAxes(index)
    guard let padding = padding(index, among: [.valid, .same]) else {
      throw DeploymentError(
        layer: name(index),
        reason:
          "windows of \(rows.kernel), stride \(rows.stride), with \(rows.before) zeros on each side "
          + "of a \(rows.length)×\(columns.length) image are neither SAME nor VALID of TensorFlow Lite"
      )
    }
    let window = Window(rows, columns, padding: padding)
    return append(
      kind == .average ? .averagePool(window) : .maxPool(window), inputs: [source],
      shape: output.deployed, name: name(index))
  }
}

extension Window {
  fileprivate init(_ rows: WindowAxis, _ columns: WindowAxis, padding: Padding) {
    self.init(
      height: rows.kernel, width: columns.kernel, strideY: rows.stride, strideX: columns.stride,
      padding: padding)
  }
}
