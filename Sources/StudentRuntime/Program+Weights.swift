import CStudentKernels

extension Program {
  /// Packs the weights of a convolution, depthwise convolution or dense layer: panels of columns, and in each of
  /// them row by row what a tile multiplies at once; int8 four rows together.
  func pack(_ operation: Operation, into step: inout student_step) throws(Refusal) {
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
    // Panels together are the next multiple of sixteen columns.
    let paddedColumns = outputs / columns * ((columns + 15) & ~15)
    try reserve(
      paddedColumns * (segments * ((depth + rows - 1) / rows) * 4 + 16), operation.place)
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
      var biases = [Float](repeating: 0, count: outputs)
      if let bias, case .floats(let values) = graph.tensors[bias].values { biases = values }
      step.bias = kept(panels.joined().map { $0.map { biases[$0] } ?? 0 })
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
}
