import FileFormats
import TensorKernels

// Operators that put values together, or pick some.

extension OperatorTable {
  static let gathering: [String: OperatorRule] = [
    "Concat": { (r: inout NodeReading) throws(Refusal) in try r.readConcat() },
    "Gather": { (r: inout NodeReading) throws(Refusal) in try r.readGather() },
    "GatherND": { (r: inout NodeReading) throws(Refusal) in try r.readGatherND() },
    "ScatterND": { (r: inout NodeReading) throws(Refusal) in try r.readScatterND() },
    "Pad": { (r: inout NodeReading) throws(Refusal) in try r.readPad() },
    "Tile": { (r: inout NodeReading) throws(Refusal) in
      var value = try r.operand(0)
      guard let repeats = try r.integers(1, "repeats"), repeats.count == r.shape(value).count,
        repeats.allSatisfy({ $0 >= 0 })
      else { throw Refusal("repeats that do not fit") }
      for (axis, count) in repeats.enumerated() where count != 1 {
        let size = r.shape(value)[axis]
        var shape = r.shape(value)
        guard count <= BuildLimit.places, size * count <= BuildLimit.places else {
          throw Refusal("\(count) repeats, expected at most \(BuildLimit.places) places")
        }
        shape[axis] = size * count
        try GraphBuilder.check(shape)
        value = try r.picked(value, axis: axis, places: (0..<size * count).map { $0 % size })
      }
      try r.give(value)
    },
  ]
}

extension NodeReading {
  fileprivate mutating func readConcat() throws(Refusal) {
    var values: [Int] = []
    for place in 0..<operandCount { values.append(try operand(place)) }
    guard let first = values.first else { throw Refusal("no operands") }
    let axis = try axis(node.integer("axis", default: 1), rank: shape(first).count)
    var output = shape(first)
    output[axis] = 0
    for value in values {
      var sizes = shape(value)
      guard sizes.count == output.count, builder.kind(value) == builder.kind(first) else {
        throw Refusal("operands of shapes \(values.map { shape($0) }), or of two types")
      }
      output[axis] += sizes[axis]
      sizes[axis] = output[axis]
      guard sizes == output else { throw Refusal("shapes \(values.map { shape($0) })") }
    }
    values = values.filter { shape($0)[axis] > 0 }
    if values.count == 1 { return try give(values[0]) }
    guard !values.isEmpty else { return try give(first) }
    try give(emit(.concatenate(axis: axis), values, shape: output))
  }

  /// Returns the places of a value along an axis that are listed; −1 gives `fill`.
  mutating func picked(
    _ value: Int, axis: Int, places: [Int], fill: Float = 0
  ) throws(Refusal) -> Int {
    var shape = shape(value)
    shape[axis] = places.count
    // A run of places is a view.
    if let first = places.first, first >= 0,
      places.enumerated().allSatisfy({ $0.element == first + $0.offset })
    {
      var starts = shape.map { _ in 0 }
      starts[axis] = first
      return try emit(.slice(starts: starts, steps: shape.map { _ in 1 }), [value], shape: shape)
    }
    try GraphBuilder.check(shape)
    return try emit(
      .blend(AxisBlend.Taps(picking: places, fill: fill), axis: axis), [value], shape: shape)
  }

  fileprivate mutating func readGather() throws(Refusal) {
    let data = try operand(0)
    let sizes = shape(data)
    let axis = try axis(node.integer("axis", default: 0), rank: sizes.count)
    guard let indices = try constant(1, "the places to gather"), let list = indices.integers
    else { throw Refusal("no indices") }
    let places = list.map { $0 < 0 ? $0 &+ sizes[axis] : $0 }
    guard places.allSatisfy({ (0..<sizes[axis]).contains($0) }) else {
      throw Refusal("places beyond a size of \(sizes[axis])")
    }
    let part = try picked(data, axis: axis, places: places)
    try give(
      reshaped(part, to: Array(sizes[..<axis]) + indices.shape + Array(sizes[(axis + 1)...])))
  }

  /// Constant indices; the leading dimensions that they address become one.
  fileprivate mutating func readGatherND() throws(Refusal) {
    let data = try operand(0)
    let sizes = shape(data)
    guard let indices = try constant(1, "the places to gather"), let list = indices.integers,
      let depth = indices.shape.last
    else { throw Refusal("no indices") }
    let batch = try node.integer("batch_dims", default: 0)
    guard batch >= 0, batch < indices.shape.count, depth >= 1, batch + depth <= sizes.count,
      Array(sizes[..<batch]) == Array(indices.shape[..<batch])
    else { throw Refusal("indices of shape \(indices.shape) for a tensor of \(sizes)") }
    let addressed = Array(sizes[batch..<batch + depth])
    let perBatch = Array(indices.shape[batch..<indices.shape.count - 1]).product
    var places: [Int] = []
    for entry in 0..<list.count / depth {
      var place = perBatch > 0 ? entry / perBatch : 0
      for (dimension, size) in addressed.enumerated() {
        let index = list[entry * depth + dimension]
        let positive = index < 0 ? index &+ size : index
        guard (0..<size).contains(positive) else { throw Refusal("a place \(index) of \(size)") }
        place = place * size + positive
      }
      places.append(place)
    }
    let rest = Array(sizes[(batch + depth)...])
    let flat = try reshaped(data, to: [Array(sizes[..<(batch + depth)]).product] + rest)
    try give(
      reshaped(
        picked(flat, axis: 0, places: places), to: Array(indices.shape.dropLast()) + rest))
  }

  /// Constant indices: each row of the result comes from the data or from the updates.
  fileprivate mutating func readScatterND() throws(Refusal) {
    let (data, updates) = (try operand(0), try operand(2))
    let sizes = shape(data)
    guard let indices = try constant(1, "the places to scatter to"), let list = indices.integers,
      let depth = indices.shape.last, depth >= 1, depth <= sizes.count
    else { throw Refusal("no indices") }
    guard try node.text("reduction", default: "none") == "none" else {
      throw Refusal("a reduction")
    }
    let rest = Array(sizes[depth...])
    let rows = Array(sizes[..<depth]).product
    guard shape(updates) == Array(indices.shape.dropLast()) + rest,
      builder.kind(data) == builder.kind(updates)
    else { throw Refusal("updates of shape \(shape(updates)), or of another type") }
    var places = Array(0..<rows)
    for entry in 0..<list.count / depth {
      var place = 0
      for dimension in 0..<depth {
        let index = list[entry * depth + dimension]
        let positive = index < 0 ? index &+ sizes[dimension] : index
        guard (0..<sizes[dimension]).contains(positive) else {
          throw Refusal("a place \(index) of \(sizes[dimension])")
        }
        place = place * sizes[dimension] + positive
      }
      places[place] = rows + entry
    }
    let count = list.count / depth
    guard count > 0 else { return try give(data) }
    let parts = [
      try reshaped(data, to: [rows] + rest), try reshaped(updates, to: [count] + rest),
    ]
    let both = try emit(.concatenate(axis: 0), parts, shape: [rows + count] + rest)
    try give(reshaped(picked(both, axis: 0, places: places), to: sizes))
  }

  /// Amounts are an attribute before operator set 11 and an operand since.
  fileprivate mutating func readPad() throws(Refusal) {
    var value = try operand(0)
    let sizes = shape(value)
    guard let pads = try integers("pads", orOperand: 1) else { throw Refusal("no pads") }
    let axes = try axes(integers(3, "axes") ?? Array(sizes.indices), rank: sizes.count)
    guard pads.count == 2 * axes.count else {
      throw Refusal("\(pads.count) pads for \(axes.count) axes")
    }
    var fill = try node.float("value", default: 0)
    if let constant = try constant(2, "the value to pad with") { fill = constant.scalar ?? 0 }
    let mode = try node.text("mode", default: "constant")
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      guard before != 0 || after != 0 else { continue }
      let size = shape(value)[axis]
      guard before.magnitude <= BuildLimit.places, after.magnitude <= BuildLimit.places,
        (0...BuildLimit.places).contains(size + before + after)
      else { throw Refusal("pads \(pads)") }
      var places: [Int] = []
      for target in 0..<size + before + after {
        places.append(try source(of: target - before, size: size, mode: mode))
      }
      value = try picked(value, axis: axis, places: places, fill: fill)
    }
    try give(value)
  }

  /// Returns which place of `size` a place outside of them shows; −1 is the fill.
  private func source(of place: Int, size: Int, mode: String) throws(Refusal) -> Int {
    if (0..<size).contains(place) { return place }
    switch mode {
    case "constant": return -1
    case "edge" where size > 0: return place < 0 ? 0 : size - 1
    case "wrap" where size > 0: return (place % size + size) % size
    case "reflect" where size > 1:
      let period = 2 * (size - 1)
      let rest = (place % period + period) % period
      return rest < size ? rest : period - rest
    case "reflect" where size == 1: return 0
    default: throw Refusal("mode '\(mode)' of a size of \(size)")
    }
  }
}
