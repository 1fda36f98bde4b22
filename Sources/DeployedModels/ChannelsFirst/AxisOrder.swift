/// The places of a tensor's axes in another order: axis k of the new order is axis `axes[k]` of the old one.
struct AxisOrder: Hashable {
  let axes: [Int]

  /// No change.
  static func same(_ rank: Int) -> AxisOrder { AxisOrder(axes: Array(0..<rank)) }
  /// `[1, H, W, C]` as `[1, C, H, W]`.
  static let image = AxisOrder(axes: [0, 3, 1, 2])
  /// `[1, positions, groups, channels]` as `[1, groups, channels, positions]`: an image of this order has the same
  /// order of values.
  static let grouped = AxisOrder(axes: [0, 2, 3, 1])

  var isSame: Bool { axes == Array(axes.indices) }

  func shape(_ old: [Int]) -> [Int] { axes.map { old[$0] } }

  /// The order that leads back.
  var inverse: AxisOrder { AxisOrder(axes: axes.indices.map { axes.firstIndex(of: $0)! }) }

  /// Returns for each place of the new order, row by row, the place in the old one.
  func places(_ old: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: old.count)
    for axis in old.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * old[axis + 1]
    }
    var places = [0]
    for axis in axes {
      places = places.flatMap { place in (0..<old[axis]).map { place + $0 * strides[axis] } }
    }
    return places
  }
}

extension TensorValues {
  /// Returns the values at places, in their order.
  func picked(_ places: [Int]) -> TensorValues {
    switch self {
    case .float32(let values): .float32(places.map { values[$0] })
    case .int8(let values): .int8(places.map { values[$0] })
    case .int32(let values): .int32(places.map { values[$0] })
    }
  }
}

extension DeployedTensor {
  /// Returns the tensor with its axes in another order.
  func reordered(_ order: AxisOrder) -> DeployedTensor {
    var tensor = self
    tensor.shape = order.shape(shape)
    tensor.values = values.map { $0.picked(order.places(shape)) }
    if let quantization, quantization.scales.count > 1 {
      tensor.quantization?.axis = order.inverse.axes[quantization.axis]
    }
    return tensor
  }
}
