import CStudentKernels

extension Program {
  /// Returns an operation as a kernel and all that it needs.
  func step(_ operation: Operation) throws(Refusal) -> student_step {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    var step = student_step()
    func place(_ tensor: Int) -> Int { memory.offsets[tensor] }
    (step.input, step.output, step.scratch) = (
      place(operation.inputs[0]), place(operation.output), memory.scratch
    )
    if let addend = operation.addend { (step.other, step.adds) = (place(addend), 1) }
    (step.height, step.width, step.channels) = (
      Int32(input.height), Int32(input.width), Int32(input.channels)
    )
    (step.output_height, step.output_width) = (Int32(output.height), Int32(output.width))
    (step.output_channels, step.groups) = (Int32(output.channels), 1)
    (step.count, step.period) = (Int32(output.count), Int32(output.count))
    (step.kernel_height, step.kernel_width, step.stride_y, step.stride_x) = (1, 1, 1, 1)
    (step.low, step.high) = (-.infinity, .infinity)
    // A sum comes before the activation.
    if operation.addend == nil, [student_relu, student_relu6].contains(operation.activation) {
      (step.low, step.high) = (0, operation.activation == student_relu6 ? 6 : .infinity)
    } else {
      step.activation = Int32(operation.activation.rawValue)
    }
    let limits = output.limits(of: operation.activation)
    func moved(_ value: Int) -> Int32 { Int32(value + Self.cellOffset) }
    (step.cell_low, step.cell_high) = (moved(limits.lowerBound), moved(limits.upperBound))
    (step.zero, step.output_zero) = (moved(input.zeroPoint), moved(output.zeroPoint))
    let isInteger = input.isInteger
    switch operation.kind {
    case .convolution(let window), .depthwise(let window), .pool(let window, _):
      (step.kernel_height, step.kernel_width) = (Int32(window.height), Int32(window.width))
      (step.stride_y, step.stride_x) = (Int32(window.strideY), Int32(window.strideX))
      (step.top, step.left) = (Int32(window.top), Int32(window.left))
    default: break
    }
    switch operation.kind {
    case .convolution, .dense:
      try pack(operation, into: &step)
      step.run = isInteger ? kernels.convolve_cells : kernels.convolve_float
    case .depthwise:
      try pack(operation, into: &step)
      step.run = isInteger ? kernels.depthwise_cells : kernels.depthwise_float
    case .pool(_, let isMaximum):
      step.maximum = isMaximum ? 1 : 0
      step.run = isInteger ? kernels.pool_cells : kernels.pool_float
    case .add, .multiply:
      try pair(operation, into: &step)
      if graph.tensors[operation.inputs[1]].values == nil {
        step.other = place(operation.inputs[1])
      }
      step.run = isInteger ? kernels.pair_cells : kernels.pair_float
    case .transpose(let order):
      try reserve(4 * input.count, operation.place)
      step.places = kept(places(input.shape, order)).assumingMemoryBound(to: Int32.self)
      step.run = isInteger ? kernels.gather_cells : kernels.gather_floats
    case .activation, .requantize:
      step.run = isInteger ? kernels.map_cells : kernels.activate_float
      step.activation = Int32(operation.activation.rawValue)
      if isInteger { step.table = try table(operation) }
    case .softmax: step.run = kernels.softmax_float
    case .reshape, .pad: preconditionFailure("\(operation.place) runs no kernel")
    }
    return step
  }

  /// A sum or product: a second operand may be a constant, and of fewer values.
  private func pair(_ operation: Operation, into step: inout student_step) throws(Refusal) {
    let (first, second) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.inputs[1]])
    let output = graph.tensors[operation.output]
    let place = operation.place
    var isProduct = false
    if case .multiply = operation.kind { isProduct = true }
    (step.period, step.maximum) = (Int32(second.count), isProduct ? 1 : 0)
    if case .floats(let values) = second.values { step.constant = kept(values) }
    if case .bytes(let values) = second.values {
      step.constant = kept(
        values.map { student_cell(truncatingIfNeeded: Int($0) + Self.cellOffset) })
    }
    guard first.isInteger else { return }
    step.other_zero = Int32(second.zeroPoint + Self.cellOffset)
    let twice = 2 * max(first.scale, second.scale)
    let factors =
      isProduct
      ? [1, 1, first.scale * second.scale / output.scale]
      : [first.scale / twice, second.scale / twice, twice / (Double(1 << 20) * output.scale)]
    let fixed = try factors.map { factor throws(Refusal) in try FixedFactor(factor, place) }
    step.multiplier = (fixed[0].multiplier, fixed[1].multiplier, fixed[2].multiplier)
    step.shift_left = (fixed[0].left, fixed[1].left, fixed[2].left)
    step.shift_right = (fixed[0].right, fixed[1].right, fixed[2].right)
  }

  /// Returns for each output value of a transposition the place in the input.
  private func places(_ shape: [Int], _ order: [Int]) -> [Int32] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    var places: [Int] = [0]
    for axis in order {
      places = places.flatMap { place in (0..<shape[axis]).map { place + $0 * strides[axis] } }
    }
    return places.map(Int32.init)
  }
}
