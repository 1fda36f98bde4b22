/// Floats of scratch that `ascendingOrder` needs for `count` values.
package func orderScratchFloats(count: Int) -> Int { 2 * count + passes * buckets }

private let passes = 3
private let bitsOfPass = 11
private let buckets = 1 << bitsOfPass

/// Sorts: the record k names in its low half the place of the k-th smallest value. Equal values keep their order.
///
/// A radix sort of three passes of eleven bits, whose time does not depend on the values. Knuth, The Art of Computer
/// Programming 3, section 5.2.5.
///
/// - Parameters:
///   - values: `[count]`, `stride` floats apart; NaN comes first or last, by its sign.
///   - records: `[count]`; overwritten.
///   - scratch: `[orderScratchFloats(count)]`, aligned to 8 bytes.
package func ascendingOrder(
  of values: UnsafePointer<Float>, stride: Int, count: Int,
  into records: UnsafeMutablePointer<UInt64>, scratch: UnsafeMutablePointer<Float>
) {
  let other = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt64.self)
  let counts = UnsafeMutableRawPointer(scratch + 2 * count).assumingMemoryBound(to: UInt32.self)
  counts.update(repeating: 0, count: passes * buckets)
  for i in 0..<count {
    let bits = values[i &* stride].bitPattern
    // The order of floats as that of whole numbers: negative ones are turned round.
    let key = bits ^ (bits >> 31 == 1 ? 0xFFFF_FFFF : 0x8000_0000)
    other[i] = UInt64(key) << 32 | UInt64(i)
    for pass in 0..<passes {
      counts[pass &* buckets &+ bucket(key, pass)] &+= 1
    }
  }
  var (from, to) = (other, records)
  for pass in 0..<passes {
    let counts = counts + pass * buckets
    var start: UInt32 = 0
    for bucket in 0..<buckets {
      let own = counts[bucket]
      counts[bucket] = start
      start &+= own
    }
    for i in 0..<count {
      let record = from[i]
      let place = bucket(UInt32(record >> 32), pass)
      to[Int(counts[place])] = record
      counts[place] &+= 1
    }
    (from, to) = (to, from)
  }
}

@inline(__always)
private func bucket(_ key: UInt32, _ pass: Int) -> Int {
  Int((key >> UInt32(pass &* bitsOfPass)) & UInt32(buckets - 1))
}

/// Gives each value the slope factor · (value − target of the same rank); returns Σ (value − target)².
///
/// - Parameters:
///   - values: `[count]`, `stride` floats apart; overwritten by the slopes.
///   - order: What `ascendingOrder` says of the values, and `targetOrder` of the targets.
package func matchRanks(
  _ values: UnsafeMutablePointer<Float>, _ order: UnsafePointer<UInt64>,
  _ targets: UnsafePointer<Float>, _ targetOrder: UnsafePointer<UInt64>, stride: Int, count: Int,
  factor: Float
) -> Double {
  var total = 0.0
  for rank in 0..<count {
    let place = Int(order[rank] & 0xFFFF_FFFF) &* stride
    let target = targets[Int(targetOrder[rank] & 0xFFFF_FFFF) &* stride]
    let difference = values[place] - target
    total += Double(difference) * Double(difference)
    values[place] = factor * difference
  }
  return total
}
