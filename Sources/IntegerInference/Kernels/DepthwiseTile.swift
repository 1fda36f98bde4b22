import CIntegerVectors

// Depthwise convolutions of sixteen channels: four rows of a column of the image, or two where pairs are multiplied,
// become one vector, and one dot product multiplies them with as many weights.

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
  /// `[kw, ⌈kh / productDepth⌉, 16, productDepth]`, zeros below the last row.
  var weights: UnsafePointer<Words>
  var start: Words
  var finish: Finish
  var block: Int
  /// The channels that are stored, at most 16.
  var channels: Int
}

/// The vector of a column's lines `first`…`first + productDepth − 1`, of which there are `height` in all.
@inline(__always)
private func word(_ column: UnsafePointer<UInt8>, _ line: Int, first: Int, height: Int) -> Words {
  let top = column + first &* line
  if multipliesPairs {
    return height &- first == 1
      ? lanes_widened(top.bytes(0)) : lanes_pair(top.bytes(0), top.bytes(line))
  }
  switch height &- first {
  case 1: return lanes_widened(top.bytes(0))
  case 2: return lanes_triple(top.bytes(0), top.bytes(line), .zero)
  case 3: return lanes_triple(top.bytes(0), top.bytes(line), top.bytes(2 &* line))
  default:
    return lanes_quad(
      top.bytes(0), top.bytes(line), top.bytes(2 &* line), top.bytes(3 &* line))
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
  let depth = productDepth
  let words = (K &+ depth &- 1) / depth
  let first = word(base, place.line, first: 0, height: K)
  let second = words > 1 ? word(base, place.line, first: depth, height: K) : first
  let third = words > 2 ? word(base, place.line, first: 2 &* depth, height: K) : first
  unrolledRows(positions) { x in
    let kx = j &- x &* S
    guard kx >= 0, kx < K else { return }
    let weights = weights + words &* kx
    sums[unchecked: x] = sum(sums[unchecked: x], plus: first, times: weights[0])
    if words > 1 { sums[unchecked: x] = sum(sums[unchecked: x], plus: second, times: weights[1]) }
    if words > 2 { sums[unchecked: x] = sum(sums[unchecked: x], plus: third, times: weights[2]) }
  }
}

/// How many sums the registers hold next to a column.
@inline(__always)
private var largestDepthwiseTile: Int { multipliesPairs ? 4 : 7 }

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
  columns.finish.store(
    sums, columns.block, to: place.target, stride: place.targetPixel, channels: columns.channels)
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
        sums[unchecked: x] = sum(
          sums[unchecked: x], plus: word(base, place.line, first: first, height: height),
          times: weights[0])
      }
      weights += 1
      first &+= productDepth
    }
  }
  columns.finish.store(
    sums, columns.block, to: place.target, stride: place.targetPixel, channels: columns.channels)
}

@inline(__always)
private func sliding<let K: Int, let S: Int>(
  _ kernel: InlineArray<K, Bool>.Type, _ stride: InlineArray<S, Bool>.Type, count: Int,
  _ place: DepthwiseRows, _ columns: DepthwiseColumns
) {
  let isLong = largestDepthwiseTile > 4
  switch count {
  case 1: slidingTile(kernel, stride, InlineArray<1, Bool>.self, place, columns)
  case 2: slidingTile(kernel, stride, InlineArray<2, Bool>.self, place, columns)
  case 3: slidingTile(kernel, stride, InlineArray<3, Bool>.self, place, columns)
  case 5 where isLong: slidingTile(kernel, stride, InlineArray<5, Bool>.self, place, columns)
  case 6 where isLong: slidingTile(kernel, stride, InlineArray<6, Bool>.self, place, columns)
  case 7 where isLong: slidingTile(kernel, stride, InlineArray<7, Bool>.self, place, columns)
  default: slidingTile(kernel, stride, InlineArray<4, Bool>.self, place, columns)
  }
}

/// Runs tiles over a line of `count` outputs.
func depthwiseLine(
  count: Int, height: Int, width: Int, stride: Int, _ place: DepthwiseRows,
  _ columns: DepthwiseColumns
) {
  let largest = largestDepthwiseTile
  let tiles = (count + largest - 1) / largest
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
        for half in 0..<(size > 4 ? 2 : 1) {
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
