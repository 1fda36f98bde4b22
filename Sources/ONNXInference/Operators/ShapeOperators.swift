import FileFormats

// Operators that say something about shapes, or make tensors out of nothing.

extension OperatorTable {
  static let shapes: [String: OperatorRule] = [
    "Shape": { (r: inout NodeReading) throws(Refusal) in
      let shape = r.shape(try r.operand(0))
      func place(_ name: String, default value: Int) throws(Refusal) -> Int {
        let number = try r.node.integer(name, default: value)
        guard number < 0 else { return Swift.min(number, shape.count) }
        return number < -shape.count ? 0 : number + shape.count
      }
      let (start, end) = (
        try place("start", default: 0), try place("end", default: shape.count)
      )
      let part = start < end ? Array(shape[start..<end]) : []
      try r.give(r.emit(Constant(shape: [part.count], integers: part)))
    },
    "Size": { (r: inout NodeReading) throws(Refusal) in
      let count = r.shape(try r.operand(0)).product
      try r.give(r.emit(Constant(shape: [], integers: [count])))
    },
    "Constant": { (r: inout NodeReading) throws(Refusal) in try r.readConstant() },
    "ConstantOfShape": { (r: inout NodeReading) throws(Refusal) in
      guard let shape = try r.integers(0, "the shape") else { throw Refusal("no shape") }
      try GraphBuilder.check(shape)
      var value = Constant(shape: [1], floats: [0])
      if case .tensor(let tensor)? = r.node.attributes["value"] { value = try Constant(tensor) }
      guard value.count == 1 else { throw Refusal("a value of shape \(value.shape)") }
      let single = try r.emit(value.reshaped(to: []))
      try r.give(r.expanded(single, to: shape))
    },
    "Range": { (r: inout NodeReading) throws(Refusal) in try r.readRange() },
    "EyeLike": { (r: inout NodeReading) throws(Refusal) in
      let shape = r.shape(try r.operand(0))
      let shift = try r.node.integer("k", default: 0)
      guard shape.count == 2, r.node.attributes["dtype"] == nil else {
        throw Refusal("shape \(shape), or a type")
      }
      var values = [Float](repeating: 0, count: shape.product)
      for row in 0..<shape[0] {
        let column = row.addingReportingOverflow(shift).partialValue
        if column >= 0 && column < shape[1] { values[row * shape[1] + column] = 1 }
      }
      try r.give(r.emit(Constant(shape: shape, floats: values)))
    },
  ]
}

extension NodeReading {
  fileprivate mutating func readConstant() throws(Refusal) {
    let constant: Constant
    switch node.attributes.first(where: { $0.key.hasPrefix("value") })?.value {
    case .tensor(let tensor): constant = try Constant(tensor)
    case .float(let value): constant = Constant(shape: [], floats: [value])
    case .floats(let values): constant = Constant(shape: [values.count], floats: values)
    case .integer(let value): constant = Constant(shape: [], integers: [value])
    case .integers(let values): constant = Constant(shape: [values.count], integers: values)
    default: throw Refusal("a value that is no tensor of numbers")
    }
    try give(emit(constant))
  }

  fileprivate mutating func readRange() throws(Refusal) {
    guard let start = try constant(0, "start"), let limit = try constant(1, "limit"),
      let step = try constant(2, "delta"), start.count == 1, limit.count == 1, step.count == 1
    else { throw Refusal("operands that are not one number each") }
    if let first = start.integers?[0], let end = limit.integers?[0], let delta = step.integers?[0] {
      guard delta != 0 else { throw Refusal("a delta of 0") }
      let length = Swift.max(0, ((Double(end) - Double(first)) / Double(delta)).rounded(.up))
      guard length < Double(1 << 24) else { throw Refusal("\(length) numbers") }
      let values = (0..<Int(length)).map { first &+ $0 &* delta }
      return try give(emit(Constant(shape: [values.count], integers: values)))
    }
    let (first, end, delta) = (start.floats[0], limit.floats[0], step.floats[0])
    let length = Swift.max(0, ((end - first) / delta).rounded(.up))
    guard length < Float(1 << 24) else { throw Refusal("\(length) numbers") }
    let values = (0..<Int(length)).map { first + Float($0) * delta }
    try give(emit(Constant(shape: [values.count], floats: values)))
  }
}
