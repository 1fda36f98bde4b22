import RandomStreams
import TensorKernels
import Testing

@Suite("the products of planes")
struct PlaneProductsTests {
  /// Positions that end in every group of rows; 196 and 197 fill many.
  static let positions = [1, 2, 7, 13, 14, 15, 16, 49, 196, 197]
  /// The narrow matrix's columns, where it is the left-hand operand.
  static let depths = [1, 12, 24, 80]
  /// The narrow matrix's columns, where it is the result or the right-hand operand.
  static let columns = [1, 12, 16, 24, 40, 80]

  @Test("hold sixteen channels in a plane")
  func counts() {
    #expect(planeChannels == 16)
    let counts = [1, 15, 16, 17, 32, 33, 72].map { planeCount(channels: $0) }
    #expect(counts == [1, 1, 1, 2, 2, 3, 5])
    #expect((0..<planeChannels).allSatisfy { zeroPlaneStart[$0] == 0 })
  }

  @Test("expand a narrow matrix, from zeros or from a row", arguments: positions)
  func expansion(positions: Int) {
    for depth in Self.depths {
      var random = RandomStream(seed: 1, purpose: "planes", positions, depth)
      let left = random.floats(positions * depth)
      let panel = random.floats(depth * 16)
      let start = random.floats(16)
      let plain = referenceProduct(left.doubles, panel.doubles, m: positions, n: 16, k: depth)
      for isShifted in [false, true] {
        let plane = GuardedBuffer(count: positions * 16)
        if isShifted {
          planeProduct(
            padded(left), panel: padded(panel), start: padded(start), into: plane.pointer,
            positions: positions, depth: depth)
        } else {
          planeProduct(
            padded(left), panel: padded(panel), start: zeroPlaneStart, into: plane.pointer,
            positions: positions, depth: depth)
        }
        plane.expectGuards()
        expectClose(
          plane.values,
          plain.indices.map { plain[$0] + (isShifted ? Double(start[$0 % 16]) : 0) },
          within: roundingTolerance(terms: depth + 1), "depth \(depth), shifted: \(isShifted)")
      }
    }
  }

  @Test("narrow planes, whether they overwrite or add", arguments: positions)
  func narrowing(positions: Int) {
    for (channels, columns) in Self.depths.flatMap({ c in Self.columns.map { (c, $0) } }) {
      var random = RandomStream(seed: 2, purpose: "planes", positions, channels, columns)
      let count = planeCount(channels: channels)
      // NaN between the planes; the lanes without a channel hold numbers that must not count.
      let stride = positions * 16 + 48
      let planes = (0..<count).flatMap { _ in padded(random.floats(positions * 16)) }
      let missing = (16 * count - channels) * columns
      let right = random.floats(channels * columns) + [Float](repeating: 0, count: missing)
      let before = random.floats(positions * columns)
      let expected = referenceProduct(
        matrix(planes, positions: positions, channels: channels), right.doubles, m: positions,
        n: columns, k: channels)
      let name = "\(channels) channels to \(columns)"

      let overwritten = GuardedBuffer(count: positions * columns)
      let accumulated = GuardedBuffer(updating: before)
      for output in [overwritten, accumulated] {
        narrowProduct(
          planes, planeStride: stride, planeCount: count, right: padded(right),
          accumulate: output === accumulated, into: output.pointer, positions: positions,
          columns: columns)
        output.expectGuards(name)
      }
      let tolerance = roundingTolerance(terms: channels + 1)
      expectClose(overwritten.values, expected, within: tolerance, name)
      expectClose(
        accumulated.values, zip(expected, before).map { $0 + Double($1) }, within: tolerance,
        "\(name), added")
    }
  }

  /// Planes, each with 48 floats behind it, as one matrix `[positions, channels]`.
  private func matrix(_ planes: [Float], positions: Int, channels: Int) -> [Double] {
    let stride = positions * 16 + 48
    return (0..<positions).flatMap { p in
      (0..<channels).map { c in Double(planes[c / 16 * stride + p * 16 + c % 16]) }
    }
  }

  @Test("add gradients of weights that lead to a plane", arguments: positions)
  func crossProduct(positions: Int) {
    for (depth, columns) in Self.depths.flatMap({ d in [1, 5, 8, 15, 16].map { (d, $0) } }) {
      var random = RandomStream(seed: 3, purpose: "planes", positions, depth, columns)
      let left = random.floats(positions * depth)
      let plane = random.floats(positions * 16)
      let product = referenceTransposedProduct(
        left.doubles, plane.doubles, positions: positions, m: depth, n: 16)
      // Alone in its matrix, and between columns of other planes.
      for rowStride in [columns, columns + 19] {
        let before = random.floats(depth * rowStride)
        let output = GuardedBuffer(updating: before)
        planeCrossProduct(
          padded(left), padded(plane), addingTo: output.pointer, rowStride: rowStride,
          columns: columns, positions: positions, depth: depth)
        let name = "\(depth)×\(columns) of \(rowStride)"
        output.expectGuards(name)
        let expected = before.indices.map { i -> Double in
          let (row, column) = (i / rowStride, i % rowStride)
          return Double(before[i]) + (column < columns ? product[row * 16 + column] : 0)
        }
        expectClose(
          output.values, expected, within: roundingTolerance(terms: positions + 1), name)
        let isKept = before.indices.allSatisfy {
          $0 % rowStride < columns || output.values[$0] == before[$0]
        }
        #expect(isKept, "\(name): columns beside the plane's were written")
      }
    }
  }

  @Test("add gradients of weights that come from a plane", arguments: positions)
  func transposedProduct(positions: Int) {
    for (rows, columns) in [1, 5, 8, 9, 15, 16].flatMap({ r in Self.columns.map { (r, $0) } }) {
      var random = RandomStream(seed: 4, purpose: "planes", positions, rows, columns)
      let plane = random.floats(positions * 16)
      let right = random.floats(positions * columns)
      let before = random.floats(rows * columns)
      let output = GuardedBuffer(updating: before)
      planeTransposedProduct(
        padded(plane), padded(right), addingTo: output.pointer, rows: rows,
        positions: positions, columns: columns)
      output.expectGuards("\(rows)×\(columns)")
      let product = referenceTransposedProduct(
        plane.doubles, right.doubles, positions: positions, m: 16, n: columns)
      expectClose(
        output.values, zip(before, product).map { Double($0) + $1 },
        within: roundingTolerance(terms: positions + 1), "\(rows)×\(columns)")
    }
  }
}
