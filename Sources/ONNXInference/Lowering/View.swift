/// Where the values of a tensor lie: in a buffer of the plan, or in one of its constants.
struct View {
  enum Storage: Hashable {
    case buffer(Int)
    case constant(Int)
  }

  var storage: Storage
  /// Of the first value, in floats.
  var offset: Int
  var shape: [Int]
  /// Floats from one index of a dimension to the next; anything for sizes of 1.
  var strides: [Int]

  var count: Int { shape.product }
  var rank: Int { shape.count }
}

/// Strides and what can be said of them.
enum Strides {
  /// Those of values in the order of the indices, the last varying fastest.
  static func rowMajor(_ shape: [Int]) -> [Int] {
    dense(shape, order: Array(shape.indices))
  }

  /// Those of values without gaps, the dimensions of `order` from the slowest to the fastest.
  static func dense(_ shape: [Int], order: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for dimension in order.reversed() {
      strides[dimension] = stride
      stride *= shape[dimension]
    }
    return strides
  }

  /// Those of images whose channels are together.
  static func channelsLast(_ shape: [Int]) -> [Int] { dense(shape, order: [0, 2, 3, 1]) }
}

extension View {
  /// The dimensions from the slowest to the fastest; repeated ones come where they stand.
  var order: [Int] {
    // Sizes of 1 and repetitions follow the dimension before them, so that they do not disturb the others.
    var keys = strides.map { abs($0) }
    for dimension in shape.indices where shape[dimension] == 1 || strides[dimension] == 0 {
      keys[dimension] = dimension > 0 ? keys[dimension - 1] : .max
    }
    return shape.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }
  }

  /// Strides for a tensor of `shape` with the same number of dimensions and the same order.
  func denseStrides(for shape: [Int]) -> [Int] { Strides.dense(shape, order: order) }

  /// Whether the values fill their memory without gaps or repetitions, with positive strides.
  var isDense: Bool { matches(denseStrides(for: shape)) }

  /// Whether the strides are these, as far as they matter.
  func matches(_ other: [Int]) -> Bool {
    shape.indices.allSatisfy { shape[$0] == 1 || strides[$0] == other[$0] }
  }

  /// Returns the view in another shape of as many values, if it needs no copy.
  ///
  /// Dimensions that are split or merged must be evenly spaced; the method is NumPy's `attempt_nocopy_reshape`.
  func reshaped(to target: [Int]) -> View? {
    let kept = shape.indices.filter { shape[$0] != 1 }
    let (sizes, steps) = (kept.map { shape[$0] }, kept.map { strides[$0] })
    var result = [Int](repeating: 0, count: target.count)
    var (old, new) = (0, 0)
    while old < sizes.count && new < target.count {
      var (oldEnd, newEnd) = (old + 1, new + 1)
      var (oldCount, newCount) = (sizes[old], target[new])
      while oldCount != newCount {
        if newCount < oldCount {
          guard newEnd < target.count else { return nil }
          newCount *= target[newEnd]
          newEnd += 1
        } else {
          guard oldEnd < sizes.count else { return nil }
          oldCount *= sizes[oldEnd]
          oldEnd += 1
        }
      }
      for dimension in old..<oldEnd - 1
      where steps[dimension] != sizes[dimension + 1] * steps[dimension + 1] { return nil }
      var stride = steps[oldEnd - 1]
      for dimension in (new..<newEnd).reversed() {
        result[dimension] = stride
        stride *= target[dimension]
      }
      (old, new) = (oldEnd, newEnd)
    }
    var view = self
    (view.shape, view.strides) = (target, result)
    return view
  }

  func transposed(_ order: [Int]) -> View {
    var view = self
    view.shape = order.map { shape[$0] }
    view.strides = order.map { strides[$0] }
    return view
  }

  func sliced(starts: [Int], steps: [Int], shape: [Int]) -> View {
    var view = self
    for dimension in shape.indices {
      view.offset += starts[dimension] * strides[dimension]
      view.strides[dimension] *= steps[dimension]
    }
    view.shape = shape
    return view
  }

  /// The view repeated to a shape that it can be broadcast to.
  func broadcast(to target: [Int]) -> View {
    var view = self
    let missing = target.count - shape.count
    view.strides = [Int](repeating: 0, count: missing) + strides
    view.shape = target
    for (dimension, size) in shape.enumerated() where size != target[missing + dimension] {
      view.strides[missing + dimension] = 0
    }
    for dimension in 0..<missing { view.strides[dimension] = 0 }
    return view
  }
}
