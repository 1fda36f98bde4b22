// Passes over flat buffers. They may write up to 15 floats of padding after the last value.

/// output += values.
public func add(
  _ values: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int
) {
  var i = 0
  while i &+ vectorWidth <= count {
    output.store(output.vector(i) + values.vector(i), i)
    i &+= vectorWidth
  }
  while i < count {
    output[i] += values[i]
    i &+= 1
  }
}

/// output = activation(values (+ addend)).
///
/// - Parameters:
///   - values: `[count]`; may be `output` itself.
///   - addend: `[count]` or nil.
public func activate(
  _ values: UnsafePointer<Float>, addend: UnsafePointer<Float>?, activation: Activation,
  into output: UnsafeMutablePointer<Float>, count: Int
) {
  func run<F: PointwiseFunction>(_: F.Type) {
    let vectors = (count + vectorWidth - 1) / vectorWidth
    if let addend {
      for i in 0..<vectors {
        let place = i &* vectorWidth
        output.store(F.value(values.vector(place) + addend.vector(place)), place)
      }
    } else {
      for i in 0..<vectors {
        output.store(F.value(values.vector(i &* vectorWidth)), i &* vectorWidth)
      }
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// gradient *= activation′(values (+ addend)), in place.
public func activateBackward(
  _ values: UnsafePointer<Float>, addend: UnsafePointer<Float>?, activation: Activation,
  gradient: UnsafeMutablePointer<Float>, count: Int
) {
  func run<F: PointwiseFunction>(_: F.Type) {
    let vectors = (count + vectorWidth - 1) / vectorWidth
    for i in 0..<vectors {
      let place = i &* vectorWidth
      let z = values.vector(place) + (addend?.vector(place) ?? .zero)
      gradient.store(gradient.vector(place) * F.slope(z), place)
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}
