/// Makes each place along one dimension of a tensor a weighted sum of places of the input: gathering, padding
/// and interpolation.
package struct AxisBlend {
  /// What the places of the output are made of.
  package struct Taps: Hashable, Sendable {
    /// For each place, the first of its taps; one more for the end of the last.
    package var starts: [Int]
    /// Places of the input.
    package var places: [Int]
    package var weights: [Float]
    /// The value of places without taps.
    package var fill: Float

    package init(starts: [Int], places: [Int], weights: [Float], fill: Float = 0) {
      (self.starts, self.places, self.weights, self.fill) = (starts, places, weights, fill)
    }

    /// One tap of weight 1 for each place; −1 means none.
    package init(picking places: [Int], fill: Float = 0) {
      var starts = [0]
      for place in places { starts.append(starts[starts.count - 1] + (place < 0 ? 0 : 1)) }
      let taken = places.filter { $0 >= 0 }
      self.init(
        starts: starts, places: taken, weights: taken.map { _ in 1 }, fill: fill)
    }

    package var count: Int { starts.count - 1 }
  }

  private let taps: Taps
  private let inputStride: Int
  private let outputStride: Int
  /// Over all other dimensions.
  private let walk: StridedWalk

  /// Plans a blend along `axis`.
  ///
  /// - Parameter shape: The output's.
  package init(_ taps: Taps, axis: Int, shape: [Int], input: [Int], output: [Int]) {
    self.taps = taps
    (inputStride, outputStride) = (input[axis], output[axis])
    var rest = shape
    rest[axis] = 1
    walk = StridedWalk(shape: rest, operands: [output, input])
  }

  package func run(_ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    let (count, to, from) = (walk.rowCount, walk.rowStrides[0], walk.rowStrides[1])
    let isDense = to == 1 && from == 1
    walk.forEachRow { offsets in
      for place in 0..<taps.count {
        let target = output + offsets[0] + place * outputStride
        let range = taps.starts[place]..<taps.starts[place + 1]
        if range.isEmpty {
          for i in 0..<count { target[i &* to] = taps.fill }
        }
        for tap in range {
          let source = input + offsets[1] + taps.places[tap] * inputStride
          let weight = taps.weights[tap]
          let isFirst = tap == range.lowerBound
          if isFirst && weight == 1 && isDense {
            target.update(from: source, count: count)
          } else if isFirst {
            for i in 0..<count { target[i &* to] = weight * source[i &* from] }
          } else {
            for i in 0..<count { target[i &* to] += weight * source[i &* from] }
          }
        }
      }
    }
  }
}
