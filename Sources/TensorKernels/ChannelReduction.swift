// Walks over flat NHWC memory in whole vectors, with parameters and sums repeated over a period.

/// Calls `body` with every vector's offset and its offset within the period.
@inline(__always)
func forEachVector(
  positions: Int, period: ChannelPeriod, _ body: (_ offset: Int, _ inPeriod: Int) -> Void
) {
  let total = positions &* period.channels
  var offset = 0
  while offset < total {
    var j = 0
    while j < period.floats && offset < total {
      body(offset, j)
      j &+= vectorWidth
      offset &+= vectorWidth
    }
  }
}

/// Vectors of a buffer whose sums are taken in single precision before they go to double.
private let chunkVectors = 256

extension ChannelPeriod {
  /// Periods whose sums are taken in single precision.
  fileprivate var chunkPeriods: Int { max(1, chunkVectors / vectors) }

  /// Positions whose sums are taken in single precision. Calls that begin and end at multiples of it add up to the bits
  /// of one call.
  public var chunkPositions: Int { chunkPeriods * floats / channels }
}

/// Two terms for every value of a buffer.
///
/// A type and not a closure: one that is called at several places becomes a call, and its terms go through memory
/// (measured: a quarter of a reduction's time).
protocol ChannelTerms {
  /// The terms of the vector at `offset`; `index` is the vector's place in the period.
  func terms(_ offset: Int, _ index: Int) -> (Vector, Vector)
}

/// Adds, per channel, both terms of every value to `sums`.
///
/// - Parameters:
///   - positions: H·W·images.
///   - sums: `[2, channels]`, in double precision.
@inline(__always)
func reduceChannels(
  positions: Int, period: ChannelPeriod, into sums: UnsafeMutablePointer<Double>,
  _ values: some ChannelTerms
) {
  let channels = period.channels
  let total = positions * channels
  let groups = total / period.floats
  let groupsPerChunk = period.chunkPeriods
  var group = 0
  while group < groups {
    let end = min(groups, group + groupsPerChunk)
    for j in 0..<period.vectors {
      var first = (Vector.zero, Vector.zero)
      var second = (Vector.zero, Vector.zero)
      var offset = (group &* period.vectors &+ j) &* vectorWidth
      var count = end &- group
      while count >= 2 {
        let even = values.terms(offset, j)
        let odd = values.terms(offset &+ period.floats, j)
        first.0 += even.0
        second.0 += even.1
        first.1 += odd.0
        second.1 += odd.1
        offset &+= 2 &* period.floats
        count &-= 2
      }
      if count == 1 {
        let last = values.terms(offset, j)
        first.0 += last.0
        second.0 += last.1
      }
      let (firstSum, secondSum) = (first.0 + first.1, second.0 + second.1)
      var channel = j &* vectorWidth % channels
      for lane in 0..<vectorWidth {
        sums[channel] += Double(firstSum[lane])
        sums[channels &+ channel] += Double(secondSum[lane])
        channel = channel &+ 1 == channels ? 0 : channel &+ 1
      }
    }
    group = end
  }
  // What is left is less than a period; its last vector may reach past the end.
  var offset = groups * period.floats
  var j = 0
  while offset < total {
    let (first, second) = values.terms(offset, j)
    for lane in 0..<min(vectorWidth, total - offset) {
      let channel = (offset + lane) % channels
      sums[channel] += Double(first[lane])
      sums[channels + channel] += Double(second[lane])
    }
    offset += vectorWidth
    j += 1
  }
}
