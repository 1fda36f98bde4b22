// Passes over planes, [positions, 16]: norms, activations and gates of sixteen channels at a time.
//
// Per-channel values are sixteen floats, held in one register for a whole plane. The formulas are those
// of BatchNormalization.swift: z = scale·y + shift, and the gradient a·dz + b·y + c.

/// The rectangle of a frame that holds an image: `[height, width, 16]` inside a border of zeros.
public struct PlaneFrame: Sendable {
  let height: Int
  let width: Int
  let border: Int

  public init(height: Int, width: Int, border: Int) {
    (self.height, self.width, self.border) = (height, width, border)
  }

  public var pixels: Int { (height + 2 * border) * (width + 2 * border) }
  public var floats: Int { pixels * planeChannels }

  /// Calls `body` for every pixel with its offset in a plane and in the frame.
  @inline(__always)
  func forEachPixel(_ body: (_ inPlane: Int, _ inFrame: Int) -> Void) {
    let lineFloats = (width &+ 2 &* border) &* planeChannels
    var plane = 0
    for y in 0..<height {
      var place = (y &+ border) &* lineFloats &+ border &* planeChannels
      for _ in 0..<width {
        body(plane, place)
        plane &+= planeChannels
        place &+= planeChannels
      }
    }
  }

  /// Sets the border to zero; later only the inside is written.
  public func clearBorder(_ frame: UnsafeMutablePointer<Float>) {
    zeroFrameBorder(frame, height: height, width: width, border: border)
  }
}

/// Fills a frame's inside with activation(z).
///
/// - Parameter values: z, `[height · width, 16]`.
public func activatePlane(
  _ values: UnsafePointer<Float>, activation: Activation, into frame: UnsafeMutablePointer<Float>,
  shape: PlaneFrame
) {
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    shape.forEachPixel { plane, place in frame.store(F.value(values.vector(plane)), place) }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// output = activation(scale·y + shift).
///
/// - Parameters:
///   - values: y, `[positions, 16]`.
///   - scale, shift: `[16]`.
public func normActivatePlane(
  _ values: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
  activation: Activation, into output: UnsafeMutablePointer<Float>, positions: Int
) {
  let (scale, shift) = (scale.vector(0), shift.vector(0))
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    for offset in stride(from: 0, to: positions &* planeChannels, by: planeChannels) {
      output.store(F.value(shift.addingProduct(scale, values.vector(offset))), offset)
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// mean[0..<lanes] = the mean over positions.
public func planeMean(
  _ values: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>, lanes: Int,
  positions: Int
) {
  mean.store(planeSum(positions) { values.vector($0) } * (1 / Float(positions)), 0, limit: lanes)
}

/// sums[0..<lanes] = Σ_p first·second.
public func planeDot(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>,
  into sums: UnsafeMutablePointer<Float>, lanes: Int, positions: Int
) {
  sums.store(planeSum(positions) { first.vector($0) * second.vector($0) }, 0, limit: lanes)
}

/// The sum of `term` over positions, in four strands that do not wait for each other.
@inline(__always)
private func planeSum(_ positions: Int, _ term: (Int) -> Vector) -> Vector {
  var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var offset = 0
  var left = positions
  while left >= 4 {
    sums.0 += term(offset)
    sums.1 += term(offset &+ planeChannels)
    sums.2 += term(offset &+ 2 &* planeChannels)
    sums.3 += term(offset &+ 3 &* planeChannels)
    offset &+= 4 &* planeChannels
    left &-= 4
  }
  while left > 0 {
    sums.0 += term(offset)
    offset &+= planeChannels
    left &-= 1
  }
  return (sums.0 + sums.1) + (sums.2 + sums.3)
}

/// values *= factors, `[16]`, at every position.
public func scalePlane(
  _ values: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>, positions: Int
) {
  let factors = factors.vector(0)
  for offset in stride(from: 0, to: positions &* planeChannels, by: planeChannels) {
    values.store(values.vector(offset) * factors, offset)
  }
}

/// values = values·factors + offsets, both `[16]`, at every position.
public func scalePlane(
  _ values: UnsafeMutablePointer<Float>, by factors: UnsafePointer<Float>,
  adding offsets: UnsafePointer<Float>, positions: Int
) {
  let (factors, offsets) = (factors.vector(0), offsets.vector(0))
  for offset in stride(from: 0, to: positions &* planeChannels, by: planeChannels) {
    values.store(offsets.addingProduct(factors, values.vector(offset)), offset)
  }
}

/// gradient *= activation′(scale·y + shift), in place; adds Σdz and Σdz·(y − mean) to `sums`.
///
/// - Parameters:
///   - gradient: `[positions, 16]`; becomes dz.
///   - values: y, `[positions, 16]`.
///   - scale, shift, mean: `[16]`.
///   - sums: `[2, 16]`; accumulated into.
public func normSlopePlane(
  _ gradient: UnsafeMutablePointer<Float>, values: UnsafePointer<Float>,
  scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  activation: Activation, sums: UnsafeMutablePointer<Float>, positions: Int
) {
  let (scale, shift, mean) = (scale.vector(0), shift.vector(0), mean.vector(0))
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    var first = (Vector.zero, Vector.zero)
    var second = (Vector.zero, Vector.zero)
    @inline(__always)
    func slope(_ offset: Int, _ first: inout Vector, _ second: inout Vector) {
      let y = values.vector(offset)
      let dz = gradient.vector(offset) * F.slope(shift.addingProduct(scale, y))
      gradient.store(dz, offset)
      first += dz
      second.addProduct(dz, y - mean)
    }
    var offset = 0
    var left = positions
    while left >= 2 {
      slope(offset, &first.0, &second.0)
      slope(offset &+ planeChannels, &first.1, &second.1)
      offset &+= 2 &* planeChannels
      left &-= 2
    }
    if left == 1 { slope(offset, &first.0, &second.0) }
    sums.store(sums.vector(0) + (first.0 + first.1), 0)
    sums.store(sums.vector(planeChannels) + (second.0 + second.1), planeChannels)
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// gradient *= activation′(z), in place; adds Σdz to `sum`.
///
/// - Parameters:
///   - gradient: `[positions, 16]`; becomes dz.
///   - values: z, `[positions, 16]`.
///   - sum: `[16]`; accumulated into.
public func slopePlane(
  _ gradient: UnsafeMutablePointer<Float>, values: UnsafePointer<Float>, activation: Activation,
  sum: UnsafeMutablePointer<Float>, positions: Int
) {
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    let total = planeSum(positions) { offset in
      let dz = gradient.vector(offset) * F.slope(values.vector(offset))
      gradient.store(dz, offset)
      return dz
    }
    sum.store(sum.vector(0) + total, 0)
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// Fills a frame's inside with a·dz + b·y + c, the gradient of a norm's input.
///
/// - Parameters:
///   - gradient: dz, `[height · width, 16]`.
///   - values: y, as `gradient`.
///   - a, b, c: `[16]`.
public func normBackwardPlane(
  _ gradient: UnsafePointer<Float>, values: UnsafePointer<Float>, a: UnsafePointer<Float>,
  b: UnsafePointer<Float>, c: UnsafePointer<Float>, into frame: UnsafeMutablePointer<Float>,
  shape: PlaneFrame
) {
  let (a, b, c) = (a.vector(0), b.vector(0), c.vector(0))
  shape.forEachPixel { plane, place in
    let rest = c.addingProduct(b, values.vector(plane))
    frame.store(rest.addingProduct(a, gradient.vector(plane)), place)
  }
}

/// Fills a frame's inside with up to sixteen channels of an NHWC image.
///
/// - Parameters:
///   - image: `[height, width, channels]`.
///   - first: The first of the sixteen; lanes past the last channel become zero.
public func gatherPlane(
  _ image: UnsafePointer<Float>, channels: Int, first: Int,
  into frame: UnsafeMutablePointer<Float>, shape: PlaneFrame
) {
  var source = image + first
  if channels - first >= planeChannels {
    shape.forEachPixel { _, place in
      frame.store(source.vector(0), place)
      source += channels
    }
    return
  }
  let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  let isMissing = lanes .>= Int32(channels - first)
  shape.forEachPixel { _, place in
    frame.store(source.vector(0).replacing(with: 0, where: isMissing), place)
    source += channels
  }
}

/// Writes a plane to its channels of an NHWC image, or adds it.
///
/// - Parameters:
///   - plane: `[positions, 16]`.
///   - first: The first of the sixteen channels; lanes past the last channel are left out.
///   - output: `[positions, channels]`.
public func scatterPlane(
  _ plane: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, channels: Int,
  first: Int, accumulate: Bool, positions: Int
) {
  var target = output + first
  let count = channels - first
  for offset in stride(from: 0, to: positions &* planeChannels, by: planeChannels) {
    let values = accumulate ? target.vector(0) + plane.vector(offset) : plane.vector(offset)
    target.store(values, 0, limit: count)
    target += channels
  }
}

/// Writes activation(plane + bias) to its channels of an NHWC image.
///
/// - Parameters:
///   - plane: `[positions, 16]`.
///   - bias: `[16]` or nil.
///   - first: The first of the sixteen channels; lanes past the last channel are left out.
///   - output: `[positions, channels]`.
public func scatterPlane(
  _ plane: UnsafePointer<Float>, bias: UnsafePointer<Float>?, activation: Activation,
  into output: UnsafeMutablePointer<Float>, channels: Int, first: Int, positions: Int
) {
  let bias = bias?.vector(0) ?? .zero
  let count = channels - first
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    var target = output + first
    for offset in stride(from: 0, to: positions &* planeChannels, by: planeChannels) {
      target.store(F.value(plane.vector(offset) + bias), 0, limit: count)
      target += channels
    }
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// mean[0..<lanes] = the mean of activation(z) over positions.
///
/// - Parameters:
///   - values: z, `[positions, 16]`.
///   - lanes: The channels of the plane that exist; more than sixteen count as sixteen.
public func activationMeanPlane(
  _ values: UnsafePointer<Float>, activation: Activation, into mean: UnsafeMutablePointer<Float>,
  lanes: Int, positions: Int
) {
  let share = 1 / Float(positions)
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    mean.store(planeSum(positions) { F.value(values.vector($0)) } * share, 0, limit: lanes)
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}

/// output = gradient · activation′(z) / positions; adds Σ output to `sum`.
///
/// - Parameters:
///   - gradient: With respect to the mean, `[16]`.
///   - values: z, `[positions, 16]`.
///   - output: `[positions, 16]`; overwritten.
///   - sum: `[16]`; accumulated into.
public func activationMeanPlaneBackward(
  _ gradient: UnsafePointer<Float>, values: UnsafePointer<Float>, activation: Activation,
  into output: UnsafeMutablePointer<Float>, sum: UnsafeMutablePointer<Float>, positions: Int
) {
  let share = gradient.vector(0) * (1 / Float(positions))
  @inline(__always)
  func run<F: PointwiseFunction>(_: F.Type) {
    let total = planeSum(positions) { offset in
      let dz = share * F.slope(values.vector(offset))
      output.store(dz, offset)
      return dz
    }
    sum.store(sum.vector(0) + total, 0)
  }
  switch activation {
  case .identity: run(IdentityFunction.self)
  case .relu: run(ReLUFunction.self)
  case .relu6: run(ReLU6Function.self)
  case .hardSwish: run(HardSwishFunction.self)
  }
}
