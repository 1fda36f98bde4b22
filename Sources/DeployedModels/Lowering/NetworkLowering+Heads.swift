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
    case .convolution(let kernel, let stride, _, _):
      return appendConvolution(
        index, kernel: kernel, stride: stride, inputs: read.channels, activation)
    case .groupedConvolution(let kernel, let stride, _, let groups, _):
      return appendConvolution(
        index, kernel: kernel, stride: stride, inputs: read.channels / groups, activation)
    case .depthwiseConvolution(let kernel, let stride):
      return appendDepthwise(index, kernel: kernel, stride: stride, activation)
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
    case .pooling(let kind, let kernel, let stride, let padding):
      return try appendPool(index, kind, kernel: kernel, stride: stride, padding: padding)
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

  /// Returns the input of a window padded by k/2 on all sides, and the window that reads it. TFLite's SAME is
  /// the same only where the odd zero is not needed: at stride 1, and on odd sides.
  private mutating func padded(
    _ index: Int, kernel: Int, stride: Int
  ) -> (input: Int, window: Window) {
    let source = image(of: network.nodes[index].inputs[0])
    let (half, shape) = (kernel / 2, model.tensors[source].shape)
    var window = Window(side: kernel, stride: stride, padding: .same)
    let extent = window.extent(height: shape[1], width: shape[2])
    if extent.top == half && extent.left == half { return (source, window) }
    window.padding = .valid
    func behind(_ length: Int) -> Int {
      let positions = (length + 2 * half - kernel) / stride + 1
      return max(0, (positions - 1) * stride + kernel - length - half)
    }
    let sides = [0, 0, half, behind(shape[1]), half, behind(shape[2]), 0, 0]
    let pads = integers("\(index).pads", [4, 2], sides)
    let size = [1, shape[1] + sides[2] + sides[3], shape[2] + sides[4] + sides[5], shape[3]]
    return (
      append(.pad, inputs: [source, pads], shape: size, name: name(index) + ".padded"), window
    )
  }

  private mutating func appendConvolution(
    _ index: Int, kernel: Int, stride: Int, inputs: Int, _ activation: FusedActivation
  ) -> Int {
    let channels = network.nodes[index].shape.channels
    let (input, window) = padded(index, kernel: kernel, stride: stride)
    let operands = operands(index, shape: [channels, kernel, kernel, inputs])
    return append(
      .convolution(window), inputs: [input] + operands,
      shape: network.nodes[index].shape.deployed, name: name(index), activation: activation)
  }

  private mutating func appendDepthwise(
    _ index: Int, kernel: Int, stride: Int, _ activation: FusedActivation
  ) -> Int {
    let channels = network.nodes[index].shape.channels
    let (input, window) = padded(index, kernel: kernel, stride: stride)
    let operands = operands(
      index, shape: [1, kernel, kernel, channels], isDepthwise: true)
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
    _ index: Int, _ kind: PoolingKind, kernel: Int, stride: Int, padding: Int
  ) throws(DeploymentError) -> Int {
    let source = image(of: network.nodes[index].inputs[0])
    let shape = model.tensors[source].shape
    let output = network.nodes[index].shape
    let fits = [Window.Padding.valid, .same].first { choice in
      let extent = Window(side: kernel, stride: stride, padding: choice)
        .extent(height: shape[1], width: shape[2])
      return extent.top == padding && extent.left == padding && extent.height == output.height
        && extent.width == output.width
    }
    guard let fits else {
      throw DeploymentError(
        layer: name(index),
        reason: "windows of \(kernel), stride \(stride), with \(padding) zeros on each side of a "
          + "\(shape[1])×\(shape[2]) image are neither SAME nor VALID of TensorFlow Lite")
    }
    let window = Window(side: kernel, stride: stride, padding: fits)
    return append(
      kind == .average ? .averagePool(window) : .maxPool(window), inputs: [source],
      shape: output.deployed, name: name(index))
  }
}
