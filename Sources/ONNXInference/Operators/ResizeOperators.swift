import FileFormats
import TensorKernels

// Interpolation, one axis after the other.

extension OperatorTable {
  static let resizing: [String: OperatorRule] = [
    "Resize": { (r: inout NodeReading) throws(Refusal) in try r.readResize() },
    "Upsample": { (r: inout NodeReading) throws(Refusal) in
      let input = try r.operand(0)
      var given = try r.node.floats("scales")
      if given == nil { given = try r.constant(1, "scales")?.floats }
      guard let scales = given, scales.count == r.shape(input).count else {
        throw Refusal("no scales")
      }
      let mode = try r.node.text("mode", default: "nearest")
      let rule = ResizeRule(
        mode: mode == "bilinear" ? "linear" : mode, coordinates: "asymmetric", rounding: "floor")
      try r.resize(scales: scales, sizes: nil, axes: Array(scales.indices), rule)
    },
  ]
}

/// How places of an output are found in the input.
///
/// Source: the definition of Resize in the operators' documentation, github.com/onnx/onnx docs/Operators.md.
struct ResizeRule {
  var mode: String
  var coordinates: String
  var rounding: String
  var cubicCoefficient: Float = -0.75
  var excludesOutside = false

  /// Returns where the middle of an output's place lies in the input.
  func coordinate(_ place: Int, from size: Int, to length: Int, scale: Double) throws(Refusal)
    -> Double
  {
    let x = Double(place)
    switch coordinates {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return length > 1 ? (x + 0.5) / scale - 0.5 : 0
    case "asymmetric": return x / scale
    case "align_corners":
      let resized = scale * Double(size)
      return resized > 1 ? x * Double(size - 1) / (resized - 1) : 0
    case "half_pixel_symmetric":
      let adjustment = Double(length) / (scale * Double(size))
      return Double(size) / 2 * (1 - adjustment) + (x + 0.5) / scale - 0.5
    default: throw Refusal("coordinate_transformation_mode '\(coordinates)'")
    }
  }

  /// Returns what a place of the output is made of.
  func taps(at x: Double, size: Int) throws(Refusal) -> [(place: Int, weight: Double)] {
    switch mode {
    case "nearest":
      let place: Double
      switch rounding {
      case "round_prefer_floor": place = (x - 0.5).rounded(.up)
      case "round_prefer_ceil": place = (x + 0.5).rounded(.down)
      case "floor": place = x.rounded(.down)
      case "ceil": place = x.rounded(.up)
      default: throw Refusal("nearest_mode '\(rounding)'")
      }
      return [(Int(min(max(place, 0), Double(size - 1))), 1)]
    case "linear":
      let bounded = excludesOutside ? x : min(max(x, 0), Double(size - 1))
      let first = bounded.rounded(.down)
      return inside([(first, 1 - (bounded - first)), (first + 1, bounded - first)], size: size)
    case "cubic":
      let first = x.rounded(.down)
      let t = x - first
      let a = Double(cubicCoefficient)
      // Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.
      func near(_ d: Double) -> Double { ((a + 2) * d - (a + 3)) * d * d + 1 }
      func far(_ d: Double) -> Double { ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
      return inside(
        [
          (first - 1, far(t + 1)), (first, near(t)), (first + 1, near(1 - t)),
          (first + 2, far(2 - t)),
        ], size: size)
    default: throw Refusal("mode '\(mode)'")
    }
  }

  /// Moves what lies outside to the nearest place inside, or leaves it out.
  private func inside(
    _ taps: [(place: Double, weight: Double)], size: Int
  ) -> [(place: Int, weight: Double)] {
    let last = Double(size - 1)
    if excludesOutside {
      let kept = taps.filter { $0.place >= 0 && $0.place <= last }
      let total = kept.reduce(0) { $0 + $1.weight }
      return kept.map { (Int($0.place), total == 0 ? 0 : $0.weight / total) }
    }
    return taps.filter { $0.weight != 0 }.map { (Int(min(max($0.place, 0), last)), $0.weight) }
  }
}

extension NodeReading {
  fileprivate mutating func readResize() throws(Refusal) {
    let input = try operand(0)
    let rank = shape(input).count
    let coordinates = try node.text(
      "coordinate_transformation_mode", default: operatorSet >= 11 ? "half_pixel" : "asymmetric")
    guard coordinates != "tf_crop_and_resize" else { throw Refusal("tf_crop_and_resize") }
    guard try !node.flag("antialias") else { throw Refusal("antialias") }
    let rule = ResizeRule(
      mode: try node.text("mode", default: "nearest"), coordinates: coordinates,
      rounding: try node.text(
        "nearest_mode", default: operatorSet >= 11 ? "round_prefer_floor" : "floor"),
      cubicCoefficient: try node.float("cubic_coeff_a", default: -0.75),
      excludesOutside: try node.flag("exclude_outside"))
    let axes = try axes(node.integers("axes") ?? Array(0..<rank), rank: rank)
    let first = operatorSet >= 11 ? 2 : 1
    let scales = try constant(first, "scales")?.floats
    var sizes = try integers(first + 1, "sizes")
    if let list = sizes {
      guard list.count == axes.count else { throw Refusal("sizes \(list)") }
      let policy = try node.text("keep_aspect_ratio_policy", default: "stretch")
      if policy != "stretch" {
        let ratios = zip(axes, list).map { Double($1) / Double(max(1, shape(input)[$0])) }
        let ratio = policy == "not_larger" ? ratios.min() ?? 1 : ratios.max() ?? 1
        let own = shape(input)
        let kept = axes.map { Float(ratio * Double(own[$0]) + 0.5).rounded(.down) }
        return try resize(
          scales: axes.map { _ in Float(ratio) }, sizes: kept.map { Int(clamping: $0) },
          axes: axes, rule)
      }
    }
    if sizes?.isEmpty == true { sizes = nil }
    guard let scales, !scales.isEmpty else {
      guard sizes != nil else { throw Refusal("neither scales nor sizes") }
      return try resize(scales: nil, sizes: sizes, axes: axes, rule)
    }
    guard scales.count == axes.count else { throw Refusal("scales \(scales)") }
    try resize(scales: scales, sizes: nil, axes: axes, rule)
  }

  /// Interpolates along the axes; a scale that is not given is the ratio of the sizes.
  fileprivate mutating func resize(
    scales: [Float]?, sizes: [Int]?, axes: [Int], _ rule: ResizeRule
  ) throws(Refusal) {
    var value = try operand(0)
    for (index, axis) in axes.enumerated() {
      let size = shape(value)[axis]
      var length = size
      var scale = 1.0
      if let scales {
        guard scales[index] > 0, scales[index].isFinite else { throw Refusal("scales \(scales)") }
        scale = Double(scales[index])
        length = Int(clamping: Float((Double(size) * scale).rounded(.down)))
      }
      if let sizes {
        length = sizes[index]
        if scales == nil { scale = Double(length) / Double(max(1, size)) }
      }
      var target = shape(value)
      target[axis] = length
      guard size > 0, (1...BuildLimit.places).contains(length) else {
        throw Refusal("a size of \(length)")
      }
      try GraphBuilder.check(target)
      if length == size && scale == 1 { continue }
      var taps = AxisBlend.Taps(starts: [0], places: [], weights: [])
      for place in 0..<length {
        let x = try rule.coordinate(place, from: size, to: length, scale: scale)
        for tap in try rule.taps(at: x, size: size) {
          taps.places.append(tap.place)
          taps.weights.append(Float(tap.weight))
        }
        taps.starts.append(taps.places.count)
      }
      value = try emit(.blend(taps, axis: axis), [value], shape: target)
    }
    try give(value)
  }
}
