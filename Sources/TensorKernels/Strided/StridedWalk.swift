/// A walk over tensors of one shape whose values lie at different strides, row by row.
///
/// Dimensions are put in the order of the first operand's strides, the largest first, and merged where all
/// operands allow it; what is left innermost is the row.
package final class StridedWalk {
  /// Values in a row.
  package let rowCount: Int
  /// From one value of a row to the next, for each operand.
  package let rowStrides: [Int]

  private let sizes: [Int]
  /// For each outer dimension, the stride of every operand.
  private let strides: [[Int]]
  private let operandCount: Int
  /// The counters of the outer dimensions, and behind them the offsets of the operands.
  private let state: UnsafeMutablePointer<Int>

  /// Plans a walk.
  ///
  /// - Parameters:
  ///   - shape: The sizes, none of them 0.
  ///   - operands: For each operand, the stride of every dimension.
  package init(shape: [Int], operands: [[Int]]) {
    let order = shape.indices.filter { shape[$0] > 1 }
      .sorted { (abs(operands[0][$1]), $0) < (abs(operands[0][$0]), $1) }
    var sizes: [Int] = []
    var strides: [[Int]] = []
    for dimension in order {
      let own = operands.map { $0[dimension] }
      if let last = strides.last,
        zip(last, own).allSatisfy({ $0 == $1 * shape[dimension] })
      {
        sizes[sizes.count - 1] *= shape[dimension]
        strides[strides.count - 1] = own
      } else {
        sizes.append(shape[dimension])
        strides.append(own)
      }
    }
    rowCount = sizes.popLast() ?? 1
    rowStrides = strides.popLast() ?? operands.map { _ in 1 }
    (self.sizes, self.strides, operandCount) = (sizes, strides, operands.count)
    state = .allocate(capacity: sizes.count + operands.count)
  }

  deinit { state.deallocate() }

  /// Calls `body` with the operands' offsets of every row.
  package func forEachRow(_ body: (UnsafePointer<Int>) -> Void) {
    let offsets = state + sizes.count
    state.update(repeating: 0, count: sizes.count + operandCount)
    while true {
      body(UnsafePointer(offsets))
      var dimension = sizes.count - 1
      while dimension >= 0 {
        state[dimension] += 1
        if state[dimension] < sizes[dimension] {
          for operand in 0..<operandCount { offsets[operand] += strides[dimension][operand] }
          break
        }
        for operand in 0..<operandCount {
          offsets[operand] -= strides[dimension][operand] * (sizes[dimension] - 1)
        }
        state[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }
}

/// Copies values from one layout into another.
package struct StridedCopy {
  private let walk: StridedWalk
  /// The dimension in which the source is dense, where that is not the output's: a transposition.
  private let block: Block?

  /// Two dimensions, the first dense in the source and the second in the output, and the walk over the others.
  private struct Block {
    let walk: StridedWalk
    let sizes: (Int, Int)
    let sourceStrides: (Int, Int)
    let outputStrides: (Int, Int)
  }

  package init(shape: [Int], output: [Int], source: [Int]) {
    walk = StridedWalk(shape: shape, operands: [output, source])
    guard let a = shape.indices.first(where: { source[$0] == 1 && shape[$0] > 1 }),
      let b = shape.indices.first(where: { output[$0] == 1 && shape[$0] > 1 }), a != b,
      source[b] != 0
    else {
      block = nil
      return
    }
    let rest = shape.indices.filter { $0 != a && $0 != b }
    let outer = StridedWalk(
      shape: rest.map { shape[$0] } + [1],
      operands: [rest.map { output[$0] } + [0], rest.map { source[$0] } + [0]])
    block = Block(
      walk: outer, sizes: (shape[a], shape[b]), sourceStrides: (source[a], source[b]),
      outputStrides: (output[a], output[b]))
  }

  package func run(_ source: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
    if let block { return transposeBlocks(block, source, output) }
    let (count, to, from) = (walk.rowCount, walk.rowStrides[0], walk.rowStrides[1])
    walk.forEachRow { offsets in
      let (target, origin) = (output + offsets[0], source + offsets[1])
      if to == 1 && from == 1 {
        target.update(from: origin, count: count)
      } else {
        for i in 0..<count { target[i &* to] = origin[i &* from] }
      }
    }
  }

  /// Goes through tiles of 16×16, so that what is read and what is written both stay in cache.
  private func transposeBlocks(
    _ block: Block, _ source: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    // One row at a time: the outer walk's own rows may have any strides.
    let (rows, to, from) = (
      block.walk.rowCount, block.walk.rowStrides[0], block.walk.rowStrides[1]
    )
    block.walk.forEachRow { offsets in
      for row in 0..<rows {
        let target = output + offsets[0] + row &* to
        let origin = source + offsets[1] + row &* from
        var a = 0
        while a < block.sizes.0 {
          let aEnd = min(a &+ 16, block.sizes.0)
          var b = 0
          while b < block.sizes.1 {
            let bEnd = min(b &+ 16, block.sizes.1)
            for i in a..<aEnd {
              for j in b..<bEnd {
                target[i &* block.outputStrides.0 &+ j &* block.outputStrides.1] =
                  origin[i &* block.sourceStrides.0 &+ j &* block.sourceStrides.1]
              }
            }
            b = bEnd
          }
          a = aEnd
        }
      }
    }
  }
}
