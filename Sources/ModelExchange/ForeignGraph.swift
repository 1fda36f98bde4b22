import NeuralNetworks

/// One layer of a network that another program made, with what pricing needs to know of it.
struct ForeignLayer {
  enum Operation: Equatable {
    case input
    /// `isDepthwise`: every output channel reads its own input channel only.
    case convolution(kernel: Int, stride: Int, groups: Int, isDepthwise: Bool)
    case dense
    /// Values added to every position, which a convolution or dense layer before it takes as its bias.
    case bias
    case norm
    case layerNorm
    case activation(Activation)
    case gelu
    case add
    /// The product of two tensors; of the second there may be one value a channel.
    case multiply
    /// A sigmoid of any kind; `isHard` for clamp(x/6 + 1/2, 0, 1).
    case gate(isHard: Bool)
    case squeezeExcitation
    case pooling(kernel: Int, stride: Int)
    case globalPooling
    /// Any other pass over the values.
    case pass(readsSecondTensor: Bool)
    /// Computes nothing, but keeps what stands before and behind it from being one kernel.
    case identity
    /// Not priced; its shape is known from the file.
    case unsupported
    /// Reads what the network gives.
    case output
  }

  var operation: Operation
  /// The layers read, all before this one.
  var inputs: [Int]
  var inputShape: TensorShape
  var shape: TensorShape
  /// The operator's name in the file.
  let name: String
  var macs = 0
  /// Weights and biases; a norm's are its factors and addends.
  var weights = 0
  var hasBias = false
  /// Of a pass: what it does to each value, if that is adding, multiplying or clamping by constants.
  var scalar: ScalarFunction?
  /// Trained values.
  var parameters = 0
}

/// The layers of a foreign network in the order of execution; views, such as a flattening, are not layers.
struct ForeignGraph {
  var layers: [ForeignLayer] = []

  /// For each layer, how many layers read it.
  var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: layers.count)
    for layer in layers { for input in layer.inputs { counts[input] += 1 } }
    return counts
  }

  /// Returns the graph with layers that belong together put together: biases with what they are added to,
  /// gates with what they scale.
  func simplified() -> ForeignGraph {
    var simplification = ForeignSimplification(self)
    simplification.run()
    return simplification.result
  }
}

extension ForeignGraph {
  /// The groups that run, by the same rule as our own networks'.
  var fusedGroups: [FusedGroup] {
    FusedGroup.groups(roles: layers.map(\.fusionRole), inputs: layers.map(\.inputs))
      .filter { layers[$0.head].runs }
  }

  /// Returns the kernel that runs `group`.
  func kernel(_ group: FusedGroup) -> InferenceKernel {
    let layer = layers[group.head]
    var activation = Activation.identity
    if case .activation(let kind) = layers[group.activation ?? group.head].operation {
      activation = kind
    }
    let isHead = layer.fusionRole == .head
    let normBias = isHead && group.norm != nil && !layer.hasBias ? layer.shape.channels : 0
    func kernel(
      _ kind: InferenceKernel.Kind, size: Int = 1, stride: Int = 1, groups: Int = 1
    ) -> InferenceKernel {
      InferenceKernel(
        kind, from: layer.inputShape, to: layer.shape, kernelSize: size, stride: stride,
        groups: groups, activation: activation, macs: layer.macs,
        weightCount: layer.weights + normBias,
        addsResidual: group.add != nil || layer.readsSecondTensor)
    }
    switch layer.operation {
    case .convolution(let size, let stride, _, true):
      return kernel(.depthwise, size: size, stride: stride)
    case .convolution(let size, let stride, let groups, false):
      return kernel(
        size == 1 ? .pointwise : .convolution, size: size, stride: stride, groups: groups)
    case .dense: return kernel(.dense)
    case .squeezeExcitation: return kernel(.squeezeExcitation)
    case .pooling(let size, let stride): return kernel(.pooling, size: size, stride: stride)
    case .globalPooling: return kernel(.globalPooling)
    case .layerNorm: return kernel(.layerNorm)
    case .gelu: return kernel(.gelu)
    case .bias, .norm, .activation, .add, .multiply, .gate, .pass: return kernel(.elementwise)
    case .input, .identity, .unsupported, .output:
      preconditionFailure("\(layer.name) runs no kernel")
    }
  }

  /// The most values of activations that are held at once: the input's buffer and one for every group's output, each as long as
  /// it is needed.
  func peakActivations(_ groups: [FusedGroup]) -> Int {
    var sources = Array(layers.indices)
    for (index, layer) in layers.enumerated() where layer.operation == .identity {
      sources[index] = sources[layer.inputs[0]]
    }
    var lastUse = [Int](repeating: -1, count: layers.count)
    for (step, group) in groups.enumerated() {
      for input in layers[group.head].inputs { lastUse[sources[input]] = step }
      if let addend = group.addend { lastUse[sources[addend]] = step }
    }
    for layer in layers where layer.operation == .output {
      for input in layer.inputs { lastUse[sources[input]] = groups.count - 1 }
    }
    func request(_ layer: Int, from step: Int) -> ArenaLayout.Request {
      ArenaLayout.Request(
        floats: layers[layer].shape.elementCount, firstUse: step,
        lastUse: max(step, lastUse[layer]))
    }
    let requests =
      [request(0, from: 0)]
      + groups.enumerated().map { request($0.element.output, from: $0.offset) }
    return ArenaLayout(requests, alignment: 1).floats
  }

  /// Whether sums over the kernels, and so all costs, fit into an `Int` with room to spare.
  func totalsFit(_ kernels: [InferenceKernel]) -> Bool {
    var total = layers.reduce(0.0) { $0 + Double($1.parameters) }
    for kernel in kernels {
      total += Double(kernel.macs) + 16 * Double(kernel.bytesMoved)
    }
    return total < 0x1p60
  }
}

extension ForeignLayer {
  var fusionRole: FusionRole {
    switch operation {
    case .convolution, .dense: .head
    case .norm: .norm
    case .add: .add
    case .activation: .activation
    default: .alone
    }
  }

  var readsSecondTensor: Bool {
    switch operation {
    case .multiply: inputs.count == 2
    case .pass(let reads): reads
    default: false
    }
  }

  /// Whether a kernel runs for it.
  var runs: Bool {
    switch operation {
    case .input, .identity, .unsupported, .output: false
    default: true
    }
  }
}
