import CIntegerVectors

// The innermost loop of convolutions and dense layers: a tile of sums in registers.

/// Where a tile's rows lie. A sum runs over `lines` times `segments` stretches of `words` times four bytes, each of
/// `productDepth` values.
struct TileRows {
  var source: UnsafePointer<UInt8>
  /// From one row of the tile to the next, in bytes.
  var sourceStride: Int
  /// From the first row to the first of the second half.
  var sourceHalf: Int
  var lineStride: Int
  var lines: Int
  var segmentStride: Int
  var segments: Int
  var words: Int
  var target: UnsafeMutablePointer<UInt8>
  var targetStride: Int
  var targetHalf: Int
  /// Where sums go as they are, one row after the other, instead of bytes to the target: for tiles of one vector without
  /// a second half.
  var sums: UnsafeMutablePointer<Words>? = nil
}

/// The weights of up to 32 channels, `[lines, segments, words, vectors, 16, productDepth]`, and how their sums end.
struct TileColumns {
  var weights: UnsafeRawPointer
  /// What the sums start from: 16 values a vector.
  var start: UnsafePointer<Words>
  var finish: Finish
  /// The first block of `finish`.
  var block: Int
  /// The channels that are stored.
  var channels: Int
}

/// The registers limit a tile, in sums of 16 lanes: 28 with AVX-512 VNNI, 6 where a sum takes two registers of 16, as with
/// AVX2, or four of 32, as with NEON, 4 where it takes four of 16.
@inline(__always)
var largestTile: (rows: Int, vectors: Int) {
  switch LANES_FORM {
  case 0: (4, 1)
  case 3: (14, 2)
  default: (6, 1)
  }
}

/// Runs `body` for 0, 1, …, R − 1, unrolled in the source (see `unrolled` of TensorKernels).
@inline(__always)
func unrolledRows<let R: Int>(_: InlineArray<R, Bool>.Type, _ body: (Int) -> Void) {
  if R > 0 { body(0) }
  if R > 1 { body(1) }
  if R > 2 { body(2) }
  if R > 3 { body(3) }
  if R > 4 { body(4) }
  if R > 5 { body(5) }
  if R > 6 { body(6) }
}

/// A tile of R rows, or twice as many (P = 2), and one or two vectors of columns (N).
@inline(__always)
private func tile<let R: Int, let P: Int, let N: Int>(
  _ rows: InlineArray<R, Bool>.Type, _: InlineArray<P, Bool>.Type, _: InlineArray<N, Bool>.Type,
  _ place: TileRows, _ columns: TileColumns
) {
  var low = InlineArray<R, Words>(repeating: columns.start[0])
  var lowHalf = InlineArray<R, Words>(repeating: columns.start[0])
  var high = InlineArray<R, Words>(repeating: columns.start[N &- 1])
  var highHalf = InlineArray<R, Words>(repeating: columns.start[N &- 1])
  var weights = columns.weights
  var line = place.source
  var segment = line
  var segments = place.segments
  for _ in 0..<place.lines &* place.segments {
    var source = segment
    var rest = place.words
    while rest > 0 {
      let first = weights.load(as: Words.self)
      let second = N == 2 ? weights.load(fromByteOffset: 64, as: Words.self) : first
      unrolledRows(rows) { r in
        let values = source.word(r &* place.sourceStride)
        low[unchecked: r] = sum(low[unchecked: r], plus: values, times: first)
        if N == 2 { high[unchecked: r] = sum(high[unchecked: r], plus: values, times: second) }
        if P == 2 {
          let values = source.word(place.sourceHalf &+ r &* place.sourceStride)
          lowHalf[unchecked: r] = sum(lowHalf[unchecked: r], plus: values, times: first)
          if N == 2 {
            highHalf[unchecked: r] = sum(highHalf[unchecked: r], plus: values, times: second)
          }
        }
      }
      weights += 64 &* N
      source += 4
      rest &-= 1
    }
    segments &-= 1
    segment += place.segmentStride
    if segments == 0 {
      line += place.lineStride
      (segment, segments) = (line, place.segments)
    }
  }
  let finish = columns.finish
  let (block, channels) = (columns.block, columns.channels)
  if N == 1, P == 1, let sums = place.sums {
    unrolledRows(rows) { r in sums[r] = low[unchecked: r] }
    return
  }
  store(low, block, place.target, channels)
  if N == 2 { store(high, block &+ 1, place.target + 16, channels &- 16) }
  if P == 2 {
    store(lowHalf, block, place.target + place.targetHalf, channels)
    if N == 2 { store(highHalf, block &+ 1, place.target + place.targetHalf + 16, channels &- 16) }
  }

  @inline(__always)
  func store(
    _ sums: InlineArray<R, Words>, _ block: Int,
    _ target: UnsafeMutablePointer<UInt8>, _ channels: Int
  ) {
    finish.store(sums, block, to: target, stride: place.targetStride, channels: channels)
  }
}

/// Runs a tile of `rows` (1…7), twice as many if it has halves.
@inline(__always)
private func tile<let P: Int, let N: Int>(
  rows: Int, _ halves: InlineArray<P, Bool>.Type, _ vectors: InlineArray<N, Bool>.Type,
  _ place: TileRows, _ columns: TileColumns
) {
  switch rows {
  case 1: tile(InlineArray<1, Bool>.self, halves, vectors, place, columns)
  case 2: tile(InlineArray<2, Bool>.self, halves, vectors, place, columns)
  case 3: tile(InlineArray<3, Bool>.self, halves, vectors, place, columns)
  case 4: tile(InlineArray<4, Bool>.self, halves, vectors, place, columns)
  case 5: tile(InlineArray<5, Bool>.self, halves, vectors, place, columns)
  case 6: tile(InlineArray<6, Bool>.self, halves, vectors, place, columns)
  default: tile(InlineArray<7, Bool>.self, halves, vectors, place, columns)
  }
}

func productTile(rows: Int, hasHalves: Bool, _ place: TileRows, _ columns: TileColumns) {
  if columns.channels > 16 {
    if hasHalves {
      tile(rows: rows, InlineArray<2, Bool>.self, InlineArray<2, Bool>.self, place, columns)
    } else {
      tile(rows: rows, InlineArray<1, Bool>.self, InlineArray<2, Bool>.self, place, columns)
    }
  } else if hasHalves {
    tile(rows: rows, InlineArray<2, Bool>.self, InlineArray<1, Bool>.self, place, columns)
  } else {
    tile(rows: rows, InlineArray<1, Bool>.self, InlineArray<1, Bool>.self, place, columns)
  }
}

/// Runs tiles over a line of `count` positions: as equal as they can be, the last one overlapping.
func productLine(count: Int, _ place: TileRows, _ columns: TileColumns) {
  let largest = largestTile.rows
  let tiles = (count + largest - 1) / largest
  let size = (count + tiles - 1) / tiles
  let rows = size > 7 ? (size + 1) / 2 : size
  var place = place
  (place.sourceHalf, place.targetHalf) =
    ((size - rows) * place.sourceStride, (size - rows) * place.targetStride)
  let (source, target, sums) = (place.source, place.target, place.sums)
  for number in 0..<tiles {
    let first = min(number * size, count - size)
    place.sums = sums.map { $0 + first }
    place.source = source + first * place.sourceStride
    place.target = target + first * place.targetStride
    productTile(rows: rows, hasHalves: size > 7, place, columns)
  }
}
