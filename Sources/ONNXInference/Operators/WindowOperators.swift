import FileFormats
import TensorKernels

// Convolutions and pooling, of images and of sequences, which are images one pixel high.

extension OperatorTable {
  static let windows: [String: OperatorRule] = [
    "Conv": { (r: inout NodeReading) throws(Refusal) in try r.readConvolution() },
    "MaxPool": { (r: inout NodeReading) throws(Refusal) in
      guard try r.node.integer("storage_order", default: 0) == 0 else {
        throw Refusal("storage_order 1")
      }
      try r.readPooling(.maximum)
    },
    "AveragePool": { (r: inout NodeReading) throws(Refusal) in
      try r.readPooling(.average(countsPadding: r.node.flag("count_include_pad")))
    },
    "GlobalAveragePool": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      try r.give(r.mean(input, axes: Array(r.shape(input).indices.dropFirst(2))))
    },
    "GlobalMaxPool": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      let axes = Array(r.shape(input).indices.dropFirst(2))
      try r.give(r.reduced(.maximum, input, axes: axes))
    },
  ]
}

extension NodeReading {
  /// Returns `[N, C, H, W]` for an image or a sequence.
  private mutating func image(_ value: Int) throws(Refusal) -> Int {
    let sizes = shape(value)
    switch sizes.count {
    case 4: return value
    case 3: return try reshaped(value, to: [sizes[0], sizes[1], 1, sizes[2]])
    default: throw Refusal("a window over shape \(sizes), expected [N, C, H, W] or [N, C, W]")
    }
  }

  fileprivate mutating func readConvolution() throws(Refusal) {
    let rank = shape(try operand(0)).count
    let input = try image(operand(0))
    guard let weight = try constant(1, "its weights"), weight.kind == .float,
      weight.shape.count == rank
    else { throw Refusal("no weights of \(rank) dimensions") }
    let weights = try image(operand(1))
    let (sizes, kernel) = (shape(input), shape(weights))
    let groups = try node.integer("group", default: 1)
    guard groups >= 1, groups <= sizes[1], kernel[1] * groups == sizes[1],
      kernel[0] > 0, kernel[0] % groups == 0
    else {
      throw Refusal("weights of shape \(weight.shape) in \(groups) groups for \(sizes[1]) channels")
    }
    let window = try readWindow(input: sizes, kernel: [kernel[2], kernel[3]], rank: rank)
    var inputs = [input, weights]
    var convolution = Convolution(window: window.shape, groups: groups)
    if let bias = try constant(2, "its bias") {
      guard bias.shape == [kernel[0]], bias.kind == .float else {
        throw Refusal("a bias of shape \(bias.shape)")
      }
      inputs.append(try operand(2))
      convolution.hasBias = true
    }
    let output = try emit(
      .convolution(convolution), inputs,
      shape: [sizes[0], kernel[0], window.shape.outputHeight, window.shape.outputWidth])
    try give(restored(output, rank: rank))
  }

  private mutating func restored(_ value: Int, rank: Int) throws(Refusal) -> Int {
    let sizes = shape(value)
    return rank == 3 ? try reshaped(value, to: [sizes[0], sizes[1], sizes[3]]) : value
  }

  fileprivate mutating func readPooling(_ kind: WindowPooling) throws(Refusal) {
    let rank = shape(try operand(0)).count
    let input = try image(operand(0))
    guard let kernel = try node.integers("kernel_shape"), kernel.count == rank - 2 else {
      throw Refusal("no kernel_shape of \(rank - 2) sizes")
    }
    let window = try readWindow(
      input: shape(input), kernel: (rank == 3 ? [1] : []) + kernel, rank: rank)
    let output = try emit(
      .pool(kind, window.shape, bottom: window.bottom, right: window.right), [input],
      shape: [
        shape(input)[0], shape(input)[1], window.shape.outputHeight, window.shape.outputWidth,
      ])
    try give(restored(output, rank: rank))
  }

  /// Reads strides, dilations and padding, and how many windows there are.
  private func readWindow(
    input: [Int], kernel: [Int], rank: Int
  ) throws(Refusal) -> (shape: WindowShape, bottom: Int, right: Int) {
    func sides(_ name: String, default value: Int) throws(Refusal) -> [Int] {
      guard let list = try node.integers(name) else { return [value, value] }
      guard list.count == rank - 2 else { throw Refusal("\(name) \(list)") }
      return rank == 3 ? [value] + list : list
    }
    if let own = try node.integers("kernel_shape"), own != kernel.suffix(rank - 2) {
      throw Refusal("kernel_shape \(own), but weights of \(kernel)")
    }
    let (strides, dilations) = (
      try sides("strides", default: 1), try sides("dilations", default: 1)
    )
    guard (kernel + strides + dilations).allSatisfy({ (1...65_536).contains($0) }) else {
      throw Refusal("a window of \(kernel), strides \(strides), dilations \(dilations)")
    }
    let mode = try node.text("auto_pad", default: "NOTSET")
    let roundsUp = try node.flag("ceil_mode")
    var pads = [0, 0, 0, 0]
    if mode == "NOTSET" || mode.isEmpty, let list = try node.integers("pads") {
      guard list.count == 2 * (rank - 2), list.allSatisfy({ (0...65_536).contains($0) }) else {
        throw Refusal("pads \(list)")
      }
      pads = rank == 3 ? [0, list[0], 0, list[1]] : list
    }
    var outputs: [Int] = []
    for side in 0..<2 {
      let (size, stride) = (input[2 + side], strides[side])
      let span = (kernel[side] - 1) * dilations[side] + 1
      switch mode {
      case "SAME_UPPER", "SAME_LOWER":
        let count = (size + stride - 1) / stride
        let total = max(0, (count - 1) * stride + span - size)
        pads[side] = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        pads[side + 2] = total - pads[side]
        outputs.append(count)
      case "NOTSET", "", "VALID":
        let room = size + pads[side] + pads[side + 2] - span
        guard room >= 0 else { throw Refusal("a window of \(kernel) in an input of \(input)") }
        var count = room / stride + 1
        // Rounded up, but a window that would begin in the padding behind the input is left out.
        if roundsUp, room % stride != 0, count * stride < size + pads[side] { count += 1 }
        outputs.append(count)
      default: throw Refusal("auto_pad '\(mode)'")
      }
    }
    let shape = WindowShape(
      height: input[2], width: input[3], outputHeight: outputs[0], outputWidth: outputs[1],
      kernelHeight: kernel[0], kernelWidth: kernel[1], strideY: strides[0], strideX: strides[1],
      dilationY: dilations[0], dilationX: dilations[1], top: pads[0], left: pads[1])
    // What lies around the image is copied into a frame.
    try GraphBuilder.check([
      max(1, input[1]), max(1, shape.paddedHeight), max(1, shape.paddedWidth),
    ])
    return (shape, pads[2], pads[3])
  }
}
