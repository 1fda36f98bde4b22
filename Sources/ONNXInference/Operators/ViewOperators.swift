import FileFormats

// Operators that only change how values are seen.

extension OperatorTable {
  static let views: [String: OperatorRule] = [
    "Identity": { (r: inout NodeReading) throws(Refusal) in try r.give(r.operand(0)) },
    "Dropout": { (r: inout NodeReading) throws(Refusal) in try r.readDropout() },
    "Reshape": { (r: inout NodeReading) throws(Refusal) in try r.readReshape() },
    "Flatten": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      let shape = r.shape(input)
      let axis = try r.node.integer("axis", default: 1)
      guard abs(axis) <= shape.count else { throw Refusal("axis \(axis) of shape \(shape)") }
      let first = axis < 0 ? axis + shape.count : axis
      try r.give(
        r.reshaped(input, to: [Array(shape[..<first]).product, Array(shape[first...]).product]))
    },
    "Squeeze": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      let shape = r.shape(input)
      var axes = shape.indices.filter { shape[$0] == 1 }
      if let list = try r.integers("axes", orOperand: 1) {
        axes = try r.axes(list, rank: shape.count)
        guard axes.allSatisfy({ shape[$0] == 1 }) else {
          throw Refusal("axes \(list) of shape \(shape), expected sizes of 1")
        }
      }
      try r.give(
        r.reshaped(input, to: shape.indices.filter { !axes.contains($0) }.map { shape[$0] }))
    },
    "Unsqueeze": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      guard let list = try r.integers("axes", orOperand: 1) else { throw Refusal("no axes") }
      var shape = r.shape(input)
      guard shape.count + list.count <= BuildLimit.dimensions else {
        throw Refusal("\(list.count) axes more")
      }
      for axis in try r.axes(list, rank: shape.count + list.count).sorted() {
        shape.insert(1, at: axis)
      }
      try r.give(r.reshaped(input, to: shape))
    },
    "Transpose": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      let rank = r.shape(input).count
      let order = try r.node.integers("perm") ?? Array((0..<rank).reversed())
      guard order.sorted() == Array(0..<rank) else {
        throw Refusal("perm \(order) of \(rank) dimensions")
      }
      try r.give(r.transposed(input, order))
    },
    "Expand": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      guard let wanted = try r.integers(1, "shape") else { throw Refusal("no shape") }
      guard wanted.count <= BuildLimit.dimensions, wanted.allSatisfy({ $0 >= 0 }) else {
        throw Refusal("the shape \(wanted)")
      }
      try r.give(r.expanded(input, to: r.broadcastShape([r.shape(input), wanted])))
    },
    "Slice": { (r: inout NodeReading) throws(Refusal) in try r.readSlice() },
    "Split": { (r: inout NodeReading) throws(Refusal) in try r.readSplit() },
    "DepthToSpace": { (r: inout NodeReading) throws(Refusal) in
      let (input, size) = (try r.operand(0), try r.blockSize())
      let s = r.shape(input)
      let isDepthFirst = try r.node.text("mode", default: "DCR") == "DCR"
      guard s.count == 4, s[1] % (size * size) == 0 else { throw Refusal("shape \(s)") }
      let depth = s[1] / (size * size)
      let split = isDepthFirst ? [size, size, depth] : [depth, size, size]
      let parts = try r.reshaped(input, to: [s[0]] + split + [s[2], s[3]])
      let order = isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
      try r.give(
        r.reshaped(
          r.transposed(parts, order), to: [s[0], depth, s[2] * size, s[3] * size]))
    },
    "SpaceToDepth": { (r: inout NodeReading) throws(Refusal) in
      let (input, size) = (try r.operand(0), try r.blockSize())
      let s = r.shape(input)
      guard s.count == 4, s[2] % size == 0, s[3] % size == 0 else { throw Refusal("shape \(s)") }
      let (h, w) = (s[2] / size, s[3] / size)
      let parts = try r.reshaped(input, to: [s[0], s[1], h, size, w, size])
      let isDepthFirst = try r.node.text("mode", default: "DCR") == "DCR"
      try r.give(
        r.reshaped(
          r.transposed(parts, isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]),
          to: [s[0], s[1] * size * size, h, w]))
    },
  ]
}

extension NodeReading {
  fileprivate func blockSize() throws(Refusal) -> Int {
    let size = try node.integer("blocksize", default: 0)
    guard (1...1024).contains(size) else { throw Refusal("blocksize \(size)") }
    return size
  }

  /// Nothing is dropped at inference, whatever the operator set's way to say so.
  fileprivate mutating func readDropout() throws(Refusal) {
    if operatorSet >= 12, let training = try constant(2, "training_mode"),
      training.integers?.first != 0
    {
      let ratio = try constant(1, "ratio")?.scalar ?? 0.5
      guard ratio == 0 else { throw Refusal("training_mode is set") }
    }
    let input = try operand(0)
    var mask: Int?
    if node.outputs.count > 1, !node.outputs[1].isEmpty {
      let shape = shape(input)
      mask = try emit(
        Constant(
          shape: shape, integers: [Int](repeating: 1, count: shape.product), kind: .boolean))
    }
    try give(input, mask)
  }

  fileprivate mutating func readReshape() throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    guard var wanted = try integers("shape", orOperand: 1) else { throw Refusal("no shape") }
    guard wanted.count <= BuildLimit.dimensions else {
      throw Refusal("\(wanted.count) dimensions")
    }
    let keepsZero = try node.flag("allowzero")
    for (place, size) in wanted.enumerated() where size == 0 && !keepsZero {
      guard place < sizes.count else { throw Refusal("a size to copy in \(wanted) of \(sizes)") }
      wanted[place] = sizes[place]
    }
    let open = wanted.indices.filter { wanted[$0] == -1 }
    guard open.count <= 1, wanted.allSatisfy({ $0 >= -1 }) else {
      throw Refusal("the shape \(wanted)")
    }
    if let open = open.first {
      wanted[open] = 1
      try GraphBuilder.check(wanted)
      let known = wanted.product
      guard known > 0, sizes.product % known == 0 else {
        throw Refusal("the shape \(wanted) for a tensor of \(sizes)")
      }
      wanted[open] = sizes.product / known
    }
    try GraphBuilder.check(wanted)
    guard wanted.product == sizes.product else {
      throw Refusal("the shape \(wanted) for a tensor of \(sizes)")
    }
    try give(reshaped(input, to: wanted))
  }

  /// Returns a value repeated to a shape that it can be broadcast to.
  mutating func expanded(_ value: Int, to target: [Int]) throws(Refusal) -> Int {
    let sizes = shape(value)
    if sizes == target { return value }
    let padded = [Int](repeating: 1, count: target.count - sizes.count) + sizes
    return try emit(.expand, [reshaped(value, to: padded)], shape: target)
  }

  /// Up to operator set 9 all is in attributes, since then in operands.
  fileprivate mutating func readSlice() throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    guard let starts = try integers("starts", orOperand: 1),
      let ends = try integers("ends", orOperand: 2), starts.count == ends.count
    else { throw Refusal("starts and ends of two lengths") }
    let named = try integers("axes", orOperand: 3) ?? Array(starts.indices)
    let steps = try integers(4, "steps") ?? starts.map { _ in 1 }
    let axes = try axes(named, rank: sizes.count)
    guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
      throw Refusal("starts \(starts), axes \(named) and steps \(steps)")
    }
    var first = [Int](repeating: 0, count: sizes.count)
    var step = [Int](repeating: 1, count: sizes.count)
    var output = sizes
    for (place, axis) in axes.enumerated() {
      let (size, stride) = (sizes[axis], steps[place])
      func bounded(_ value: Int, _ range: ClosedRange<Int>) -> Int {
        let positive = value < 0 ? value.addingReportingOverflow(size).partialValue : value
        // What lies far below stays below.
        return value < -size
          ? range.lowerBound : Swift.min(Swift.max(positive, range.lowerBound), range.upperBound)
      }
      let length: Int
      if size == 0 {
        (first[axis], length) = (0, 0)
      } else if stride > 0 {
        first[axis] = bounded(starts[place], 0...size)
        let end = bounded(ends[place], 0...size)
        length = Swift.max(
          0, (end - first[axis] + Swift.min(stride, size + 1) - 1) / Swift.min(stride, size + 1))
      } else {
        first[axis] = bounded(starts[place], -1...size - 1)
        let end = bounded(ends[place], -1...size - 1)
        let back = Swift.min(stride == .min ? .max : -stride, size + 1)
        length = Swift.max(0, (first[axis] - end + back - 1) / back)
      }
      // A step beyond the end is as good as any other that is.
      step[axis] = length <= 1 ? 1 : stride
      if length == 0 { first[axis] = 0 }
      output[axis] = length
    }
    try give(emit(.slice(starts: first, steps: step), [input], shape: output))
  }

  /// Sizes are an attribute, an operand since 13, or equal parts, whose number is an attribute since 18.
  fileprivate mutating func readSplit() throws(Refusal) {
    let input = try operand(0)
    let sizes = shape(input)
    let axis = try axis(node.integer("axis", default: 0), rank: sizes.count)
    let count = node.outputs.count
    guard count > 0 else { throw Refusal("no outputs") }
    var parts: [Int]
    if let given = try integers("split", orOperand: 1) {
      parts = given
    } else {
      let size = (sizes[axis] + count - 1) / count
      parts = (0..<count).map { Swift.max(0, Swift.min(size, sizes[axis] - $0 * size)) }
    }
    guard parts.count == count, parts.allSatisfy({ (0...sizes[axis]).contains($0) }),
      parts.reduce(0, +) == sizes[axis]
    else { throw Refusal("parts of \(parts) for a size of \(sizes[axis])") }
    var results: [Int] = []
    var start = 0
    for part in parts {
      var (shape, starts) = (sizes, [Int](repeating: 0, count: sizes.count))
      shape[axis] = part
      starts[axis] = part == 0 ? 0 : start
      results.append(
        try emit(
          .slice(starts: starts, steps: sizes.map { _ in 1 }), [input], shape: shape))
      start += part
    }
    give(list: results)
  }
}
