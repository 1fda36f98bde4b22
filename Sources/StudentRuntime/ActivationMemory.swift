import CStudentKernels

/// Where activations are in one memory: the largest first, each in the first gap among those that are needed at the
/// same time. A reshape gives what it reads.
struct ActivationMemory {
  /// For each tensor its first byte.
  private(set) var offsets: [Int]
  /// Where any step may keep an image with a border.
  private(set) var scratch = 0
  private(set) var byteCount = 0

  /// The most that a student takes, which also keeps all places within the kernels' 32-bit integers.
  private static let mostBytes = 1 << 28

  /// - Throws: `Refusal` for more than 2²⁸ bytes.
  init(_ graph: Graph) throws(Refusal) {
    offsets = [Int](repeating: 0, count: graph.tensors.count)
    /// For each tensor, the one whose memory it is.
    var sources = Array(graph.tensors.indices)
    var lives: [Int: ClosedRange<Int>] = [graph.input: -1...(-1)]
    for (time, operation) in graph.operations.enumerated() {
      if case .reshape = operation.kind { sources[operation.output] = sources[operation.inputs[0]] }
      let used = operation.inputs + [operation.addend ?? -1, operation.output]
      for tensor in used where tensor >= 0 && graph.tensors[tensor].values == nil {
        let source = sources[tensor]
        lives[source] = (lives[source]?.lowerBound ?? time)...time
      }
    }
    let last = sources[graph.output]
    lives[last] = (lives[last]?.lowerBound ?? 0)...graph.operations.count
    func bytes(_ tensor: Int) -> Int {
      (graph.tensors[tensor].byteCount + Int(student_margin) + 63) & ~63
    }
    var placed: [(tensor: Int, life: ClosedRange<Int>)] = []
    for (tensor, life) in lives.sorted(by: { (bytes($0.key), $0.key) > (bytes($1.key), $1.key) }) {
      var offset = 0
      // `placed` is in the order of the offsets.
      for other in placed where other.life.overlaps(life) {
        if offsets[other.tensor] >= offset + bytes(tensor) { break }
        offset = max(offset, offsets[other.tensor] + bytes(other.tensor))
      }
      offsets[tensor] = offset
      let place = placed.firstIndex { offsets[$0.tensor] > offset } ?? placed.count
      placed.insert((tensor, life), at: place)
      scratch = max(scratch, offset + bytes(tensor))
      try ActivationMemory.check(Double(scratch), "tensor \(tensor)")
    }
    for tensor in offsets.indices { offsets[tensor] = offsets[sources[tensor]] }
    var border = 0
    for operation in graph.operations {
      let bytes = graph.borderBytes(of: operation)
      try ActivationMemory.check(Double(scratch) + bytes, operation.place)
      border = max(border, Int(bytes))
    }
    byteCount = scratch + border + Int(student_margin)
  }

  private static func check(_ bytes: Double, _ place: String) throws(Refusal) {
    try require(
      bytes <= Double(mostBytes), place, "\(bytes / 0x1p20) MiB of activations", "at most 256")
  }
}

extension Graph {
  /// Returns the bytes of an image with its border, or of sixteen channels of it; no integer, as made-up windows have
  /// borders beyond any.
  fileprivate func borderBytes(of operation: Operation) -> Double {
    let (input, output) = (tensors[operation.inputs[0]], tensors[operation.output])
    switch operation.kind {
    case .convolution(let window), .depthwise(let window):
      let height = Double(output.height - 1) * Double(window.strideY) + Double(window.height)
      let width = Double(output.width - 1) * Double(window.strideX) + Double(window.width)
      if case .depthwise = operation.kind { return (height * width + 2 * width + 16) * 64 }
      return height * width * Double(input.channels * input.valueBytes) + Double(student_margin)
    default: return 0
    }
  }
}
