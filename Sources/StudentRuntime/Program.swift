import CStudentKernels

/// A graph ready to run: one step an operation, its weights packed, its activations placed in one memory.
final class Program: @unchecked Sendable {
  let graph: Graph
  private let kernels: student_kernels
  private var steps: [student_step] = []
  private var owned: [UnsafeMutableRawPointer] = []
  /// For each tensor, the one whose memory it is: what a reshape reads.
  private var sources: [Int]
  private var offsets: [Int] = []
  private var memoryBytes = 0
  /// Memory that no thread uses now. Steps and weights do not change after `init`, so that any thread may run.
  private let spare = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)

  /// The value that an int8 activation is moved by in memory.
  static let cellOffset = Int(STUDENT_CELL_OFFSET)

  init(_ graph: Graph, kernels: student_kernels) throws(Refusal) {
    spare.initialize(to: nil)
    try graph.check()
    (self.graph, self.kernels) = (try graph.fused(), kernels)
    sources = Array(self.graph.tensors.indices)
    for operation in self.graph.operations {
      if case .reshape = operation.kind { sources[operation.output] = sources[operation.inputs[0]] }
    }
    let scratch = self.graph.operations.map { scratchBytes(of: $0) }.max() ?? 0
    placeActivations()
    for operation in self.graph.operations {
      if case .reshape = operation.kind { continue }
      steps.append(try step(operation, scratch: memoryBytes))
    }
    memoryBytes += scratch + Int(student_margin)
  }

  deinit {
    for memory in owned { memory.deallocate() }
    spare.pointee?.deallocate()
    spare.deallocate()
  }

  /// Computes the outputs of one image in `[H, W, C]`; `pixels` must have as many values as the input.
  func run(_ pixels: UnsafeBufferPointer<Float>) -> [Float] {
    let memory = student_take(spare) ?? allocated(memoryBytes)
    defer { student_give_back(spare, memory)?.deallocate() }
    let (input, output) = (graph.tensors[graph.input], graph.tensors[graph.output])
    let target = memory + offsets[sources[graph.input]]
    if input.isInteger {
      let cells = target.assumingMemoryBound(to: student_cell.self)
      let (scale, zero) = (Float(input.scale), Float(input.zeroPoint))
      for place in 0..<pixels.count {
        let value = min(127, max(-128, (pixels[place] / scale).rounded() + zero))
        cells[place] = student_cell(
          truncatingIfNeeded: Int(value.isNaN ? zero : value) + Self.cellOffset)
      }
    } else {
      target.copyMemory(from: pixels.baseAddress!, byteCount: 4 * pixels.count)
    }
    student_run(steps, Int32(steps.count), memory.assumingMemoryBound(to: CChar.self))
    let result = memory + offsets[sources[graph.output]]
    if output.isInteger {
      let cells = result.assumingMemoryBound(to: student_cell.self)
      return (0..<output.count).map {
        Float(Int(cells[$0]) - Self.cellOffset - output.zeroPoint) * Float(output.scale)
      }
    }
    return Array(
      UnsafeBufferPointer(start: result.assumingMemoryBound(to: Float.self), count: output.count))
  }

  private func allocated(_ bytes: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return memory
  }

  /// Copies values to where they stay as long as the program.
  private func kept<T>(_ values: [T]) -> UnsafeRawPointer {
    let bytes = values.count * MemoryLayout<T>.stride
    let memory = allocated(bytes + Int(student_margin))
    values.withUnsafeBytes {
      if bytes > 0 { memory.copyMemory(from: $0.baseAddress!, byteCount: bytes) }
    }
    owned.append(memory)
    return UnsafeRawPointer(memory)
  }
}

// Where activations are.
extension Program {
  /// Places the largest first, each in the first gap among those that are needed at the same time.
  private func placeActivations() {
    offsets = [Int](repeating: 0, count: graph.tensors.count)
    var lives: [Int: ClosedRange<Int>] = [sources[graph.input]: -1...(-1)]
    for (time, operation) in graph.operations.enumerated() {
      let read = operation.inputs + [operation.addend ?? -1, operation.output]
      for tensor in read where tensor >= 0 && graph.tensors[tensor].values == nil {
        let source = sources[tensor]
        lives[source] = (lives[source]?.lowerBound ?? time)...time
      }
    }
    lives[sources[graph.output]] =
      (lives[sources[graph.output]]?.lowerBound ?? 0)...graph.operations.count
    func bytes(_ tensor: Int) -> Int {
      let tensor = graph.tensors[tensor]
      return (tensor.count * (tensor.isInteger ? 1 : 4) + Int(student_margin) + 63) & ~63
    }
    var placed: [(tensor: Int, life: ClosedRange<Int>)] = []
    for (tensor, life) in lives.sorted(by: { (bytes($0.key), $0.key) > (bytes($1.key), $1.key) }) {
      var offset = 0
      let others = placed.filter { $0.life.overlaps(life) }.sorted {
        offsets[$0.tensor] < offsets[$1.tensor]
      }
      for other in others where offsets[other.tensor] < offset + bytes(tensor) {
        offset = max(offset, offsets[other.tensor] + bytes(other.tensor))
      }
      offsets[tensor] = offset
      placed.append((tensor, life))
      memoryBytes = max(memoryBytes, offset + bytes(tensor))
    }
  }

  /// Room for an image with its border, or for sixteen channels of it.
  private func scratchBytes(of operation: Operation) -> Int {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    switch operation.kind {
    case .convolution(let window), .depthwise(let window):
      let height = (output.height - 1) * window.strideY + window.height
      let width = (output.width - 1) * window.strideX + window.width
      if case .depthwise = operation.kind { return (height * width + 2 * width + 16) * 64 }
      return height * width * input.channels * (input.isInteger ? 1 : 4) + Int(student_margin)
    default: return 0
    }
  }
}

// How an operation becomes a step.
extension Program {
  private func step(_ operation: Operation, scratch: Int) throws(Refusal) -> student_step {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    var step = student_step()
    func place(_ tensor: Int) -> Int { offsets[sources[tensor]] }
    (step.input, step.output, step.scratch) = (
      place(operation.inputs[0]), place(operation.output), scratch
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
    let limits = output.limits(
      of: operation.activation.rawValue, relu: student_relu.rawValue, relu6: student_relu6.rawValue)
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
      step.places = kept(places(input.shape, order)).assumingMemoryBound(to: Int32.self)
      step.run = isInteger ? kernels.gather_cells : kernels.gather_floats
    case .activation, .requantize:
      step.run = isInteger ? kernels.map_cells : kernels.activate_float
      step.activation = Int32(operation.activation.rawValue)
      if isInteger { step.table = try table(operation) }
    case .softmax: step.run = kernels.softmax_float
    case .normalize:
      (step.weights, step.bias) = (
        kept(floats(operation.inputs[1])), kept(floats(operation.inputs[2]))
      )
      step.run = kernels.normalize_float
    case .reshape, .pad: preconditionFailure("\(operation.place) runs no kernel")
    }
    return step
  }

  private func floats(_ tensor: Int) -> [Float] {
    if case .floats(let values) = graph.tensors[tensor].values { values } else { [] }
  }

  /// Packs the weights of a convolution, depthwise convolution or dense layer: panels of columns, and in each of
  /// them row by row what a tile multiplies at once; int8 four rows together.
  private func pack(_ operation: Operation, into step: inout student_step) throws(Refusal) {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    let weights = graph.tensors[operation.inputs[1]]
    let outputs = output.channels
    var (isDepthwise, columns, segments, depth) = (
      false, outputs, weights.height, weights.count / outputs
    )
    var isDense = false
    if case .dense = operation.kind { isDense = true }
    if case .depthwise = operation.kind {
      (isDepthwise, depth) = (true, weights.width)
    } else {
      step.groups = Int32(isDense ? 1 : input.channels / weights.channels)
      columns = outputs / Int(step.groups)
      // The values below one line of a window follow each other unless groups part them.
      if step.groups > 1 { segments *= weights.width }
      depth /= segments
      if isDense { (step.height, step.width, step.channels) = (1, 1, Int32(input.count)) }
    }
    let rows = input.isInteger ? 4 : 1
    /// The output of each packed column; nil where a panel is wider than what is left.
    var panels: [[Int?]] = []
    for group in 0..<outputs / columns {
      var column = 0
      while column < columns {
        let wide = isDepthwise ? 16 : Int(student_panel(Int32(columns - column), kernels.columns))
        panels.append(
          (0..<wide).map { column + $0 < columns ? group * columns + column + $0 : nil })
        column += wide
      }
    }
    func packed<T: Numeric>(_ values: [T]) -> [T] {
      var result: [T] = []
      for panel in panels {
        for segment in 0..<segments {
          for row in stride(from: 0, to: depth, by: rows) {
            for output in panel {
              for part in row..<row + rows {
                guard let output, part < depth else { result.append(0); continue }
                let tap = segment * depth + part
                result.append(
                  values[isDepthwise ? tap * outputs + output : output * segments * depth + tap])
              }
            }
          }
        }
      }
      return result
    }
    let bias = operation.inputs.count > 2 && operation.inputs[2] >= 0 ? operation.inputs[2] : nil
    if case .floats(let values) = weights.values {
      step.weights = kept(packed(values))
      let bias = bias.map { floats($0) } ?? []
      step.bias = kept(panels.joined().map { $0.map { bias.isEmpty ? 0 : bias[$0] } ?? 0 })
    } else if case .bytes(let values) = weights.values {
      step.weights = kept(packed(values))
      var biases = [Int32](repeating: 0, count: outputs)
      if let bias, case .integers(let values) = graph.tensors[bias].values { biases = values }
      // What the zero point adds to every sum is taken away before.
      let taps = segments * depth
      for output in 0..<outputs {
        let sum = (0..<taps).reduce(0) {
          $0 + Int(values[isDepthwise ? $1 * outputs + output : output * taps + $1])
        }
        biases[output] = Int32(truncatingIfNeeded: Int(biases[output]) - Int(step.zero) * sum)
      }
      let factors = try (0..<outputs).map { channel throws(Refusal) in
        let scale = weights.scales[weights.scales.count == 1 ? 0 : channel]
        return try FixedFactor(input.scale * Double(scale) / output.scale, operation.place)
      }
      let isPlain = factors.allSatisfy { $0.left == 0 && (1...20).contains($0.right) }
      let largest = (biases.map { abs(Int($0)) }.max() ?? 0) + taps * 128 * 255
      step.is_plain = isPlain && largest < 1 << 30 ? 1 : 0
      var scaling: [Int32] = []
      for panel in panels {
        for block in stride(from: 0, to: panel.count, by: 16) {
          let block = panel[block..<block + 16]
          scaling +=
            block.map { $0.map { biases[$0] } ?? 0 }
            + block.map { $0.map { factors[$0].multiplier } ?? 0 }
          scaling +=
            block.map { $0.map { factors[$0].left } ?? 0 }
            + block.map { $0.map { factors[$0].right } ?? 0 }
        }
      }
      step.bias = kept(scaling)
    }
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

  /// Returns what a step gives for each int8 value.
  private func table(_ operation: Operation) throws(Refusal) -> UnsafePointer<UInt8> {
    let (input, output) = (graph.tensors[operation.inputs[0]], graph.tensors[operation.output])
    let limits = output.limits(
      of: operation.activation.rawValue, relu: student_relu.rawValue, relu6: student_relu6.rawValue)
    let values: [Int8]
    switch operation.activation {
    case student_hard_swish: values = try hardSwishTable(input, output, operation.place)
    case student_relu6:
      values = (-128...127).map { Int8(min(limits.upperBound, max(limits.lowerBound, $0))) }
    case student_relu, student_no_activation:
      let factor = try FixedFactor(
        operation.activation == student_relu
          ? Double(Float(input.scale) / Float(output.scale)) : input.scale / output.scale,
        operation.place)
      values = (-128...127).map {
        let value = Int(factor(Int32($0 - input.zeroPoint))) + output.zeroPoint
        return Int8(min(limits.upperBound, max(limits.lowerBound, value)))
      }
    default:
      throw Refusal(
        operation.place, found: "int8", expected: "fp32: this step has no exact int8 form here")
    }
    // Cells index the table as they are in memory.
    var bytes = [UInt8](repeating: 0, count: 256)
    for value in -128...127 {
      bytes[Int(UInt8(truncatingIfNeeded: value + Self.cellOffset))] =
        UInt8(truncatingIfNeeded: Int(values[value + 128]) + Self.cellOffset)
    }
    return kept(bytes).assumingMemoryBound(to: UInt8.self)
  }
}
