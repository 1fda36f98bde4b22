import CIntegerVectors

// Depthwise convolutions of sixteen channels: four rows of a column of the image become one vector, and one dot product
// multiplies them with four weights.

struct DepthwiseRows {
  /// The image, padded, at the first output's window.
  var source: UnsafePointer<UInt8>
  /// From one pixel to the next, in bytes.
  var pixel: Int
  /// From one line to the next.
  var line: Int
  var target: UnsafeMutablePointer<UInt8>
  var targetPixel: Int
}

struct DepthwiseColumns {
  /// `[kw, ⌈kh / 4⌉, 16, 4]`, zeros below the last row.
  var weights: UnsafePointer<Words>
  var start: Words
  var finish: Finish
  var block: Int
  /// The channels that are stored, at most 16.
  var channels: Int
}

/// The vector of a column's lines `first`…`first + 3`, of which there are `height` in all.
@inline(__always)
private func quad(_ column: UnsafePointer<UInt8>, _ line: Int, first: Int, height: Int) -> Words {
  let top = column + first &* line
  switch height &- first {
  case 1: return lanes_widened(top.bytes(0))
  case 2: return lanes_triple(top.bytes(0), top.bytes(line), .zero)
  case 3: return lanes_triple(top.bytes(0), top.bytes(line), top.bytes(2 &* line))
  default:
    return lanes_quad(
      top.bytes(0), top.bytes(line), top.bytes(2 &* line), top.bytes(3 &* line))
  }
}

@inline(__always)
private func store<let X: Int>(
  _ positions: InlineArray<X, Bool>.Type, _ sums: InlineArray<X, Words>, _ place: DepthwiseRows,
  _ columns: DepthwiseColumns
) {
  let finish = columns.finish
  if finish.usesFloats {
    var worst = Floats.zero
    unrolledRows(positions) { x in
      place.target.store(
        finish.likely(sums[unchecked: x], columns.block, &worst), x &* place.targetPixel,
        count: columns.channels)
    }
    if lanes_exceed(worst, Finish.doubtLimit) == 0 { return }
  }
  unrolledRows(positions) { x in
    place.target.store(
      finish.exact(sums[unchecked: x], columns.block), x &* place.targetPixel,
      count: columns.channels)
  }
}

/// Adds column j of the image to the outputs that see it.
@inline(__always)
private func add<let K: Int, let S: Int, let X: Int>(
  column j: Int, _: InlineArray<K, Bool>.Type, _: InlineArray<S, Bool>.Type,
  _ positions: InlineArray<X, Bool>.Type, to sums: inout InlineArray<X, Words>,
  _ place: DepthwiseRows, _ weights: UnsafePointer<Words>
) {
  guard j < (X &- 1) &* S &+ K else { return }
  let base = place.source + j &* place.pixel
  let first = quad(base, place.line, first: 0, height: K)
  let second = K > 4 ? quad(base, place.line, first: 4, height: K) : first
  unrolledRows(positions) { x in
    let kx = j &- x &* S
    guard kx >= 0, kx < K else { return }
    if K > 4 {
      let sum = lanes_dot(sums[unchecked: x], first, weights[2 &* kx])
      sums[unchecked: x] = lanes_dot(sum, second, weights[2 &* kx &+ 1])
    } else {
      sums[unchecked: x] = lanes_dot(sums[unchecked: x], first, weights[kx])
    }
  }
}

/// X outputs of a K×K window at stride S, side by side: each column of the image is read once.
@inline(__always)
private func slidingTile<let K: Int, let S: Int, let X: Int>(
  _ kernel: InlineArray<K, Bool>.Type, _ stride: InlineArray<S, Bool>.Type,
  _ positions: InlineArray<X, Bool>.Type, _ place: DepthwiseRows, _ columns: DepthwiseColumns
) {
  var sums = InlineArray<X, Words>(repeating: columns.start)
  let weights = columns.weights
  // Every column that the windows see, unrolled in the source as tiles are.
  add(column: 0, kernel, stride, positions, to: &sums, place, weights)
  add(column: 1, kernel, stride, positions, to: &sums, place, weights)
  add(column: 2, kernel, stride, positions, to: &sums, place, weights)
  add(column: 3, kernel, stride, positions, to: &sums, place, weights)
  add(column: 4, kernel, stride, positions, to: &sums, place, weights)
  add(column: 5, kernel, stride, positions, to: &sums, place, weights)
  add(column: 6, kernel, stride, positions, to: &sums, place, weights)
  add(column: 7, kernel, stride, positions, to: &sums, place, weights)
  add(column: 8, kernel, stride, positions, to: &sums, place, weights)
  add(column: 9, kernel, stride, positions, to: &sums, place, weights)
  add(column: 10, kernel, stride, positions, to: &sums, place, weights)
  add(column: 11, kernel, stride, positions, to: &sums, place, weights)
  add(column: 12, kernel, stride, positions, to: &sums, place, weights)
  add(column: 13, kernel, stride, positions, to: &sums, place, weights)
  add(column: 14, kernel, stride, positions, to: &sums, place, weights)
  add(column: 15, kernel, stride, positions, to: &sums, place, weights)
  add(column: 16, kernel, stride, positions, to: &sums, place, weights)
  store(positions, sums, place, columns)
}

/// X outputs of any window, one tap after the other.
@inline(__always)
private func plainTile<let X: Int>(
  _ positions: InlineArray<X, Bool>.Type, height: Int, width: Int, stride: Int,
  _ place: DepthwiseRows, _ columns: DepthwiseColumns
) {
  var sums = InlineArray<X, Words>(repeating: columns.start)
  var weights = columns.weights
  for kx in 0..<width {
    var first = 0
    while first < height {
      unrolledRows(positions) { x in
        let base = place.source + (kx &+ x &* stride) &* place.pixel
        sums[unchecked: x] = lanes_dot(
          sums[unchecked: x], quad(base, place.line, first: first, height: height), weights[0])
      }
      weights += 1
      first &+= 4
    }
  }
  store(positions, sums, place, columns)
}

@inline(__always)
private func sliding<let K: Int, let S: Int>(
  _ kernel: InlineArray<K, Bool>.Type, _ stride: InlineArray<S, Bool>.Type, count: Int,
  _ place: DepthwiseRows, _ columns: DepthwiseColumns
) {
  switch count {
  case 1: slidingTile(kernel, stride, InlineArray<1, Bool>.self, place, columns)
  case 2: slidingTile(kernel, stride, InlineArray<2, Bool>.self, place, columns)
  case 3: slidingTile(kernel, stride, InlineArray<3, Bool>.self, place, columns)
  case 4: slidingTile(kernel, stride, InlineArray<4, Bool>.self, place, columns)
  case 5: slidingTile(kernel, stride, InlineArray<5, Bool>.self, place, columns)
  case 6: slidingTile(kernel, stride, InlineArray<6, Bool>.self, place, columns)
  default: slidingTile(kernel, stride, InlineArray<7, Bool>.self, place, columns)
  }
}

/// Runs tiles over a line of `count` outputs.
func depthwiseLine(
  count: Int, height: Int, width: Int, stride: Int, _ place: DepthwiseRows,
  _ columns: DepthwiseColumns
) {
  let tiles = (count + 6) / 7
  let size = (count + tiles - 1) / tiles
  var place = place
  let (source, target) = (place.source, place.target)
  for number in 0..<tiles {
    let first = min(number * size, count - size)
    place.source = source + first * stride * place.pixel
    place.target = target + first * place.targetPixel
    switch (height, width, stride) {
    case (3, 3, 1):
      sliding(InlineArray<3, Bool>.self, InlineArray<1, Bool>.self, count: size, place, columns)
    case (3, 3, 2):
      sliding(InlineArray<3, Bool>.self, InlineArray<2, Bool>.self, count: size, place, columns)
    case (5, 5, 1):
      sliding(InlineArray<5, Bool>.self, InlineArray<1, Bool>.self, count: size, place, columns)
    case (5, 5, 2):
      sliding(InlineArray<5, Bool>.self, InlineArray<2, Bool>.self, count: size, place, columns)
    default:
      if size > 3 {
        for half in 0..<2 {
          var part = place
          part.source += half * (size - 4) * stride * place.pixel
          part.target += half * (size - 4) * place.targetPixel
          plainTile(
            InlineArray<4, Bool>.self, height: height, width: width, stride: stride, part, columns)
        }
      } else {
        for x in 0..<size {
          var part = place
          part.source += x * stride * place.pixel
          part.target += x * place.targetPixel
          plainTile(
            InlineArray<1, Bool>.self, height: height, width: width, stride: stride, part, columns)
        }
      }
    }
  }
}
