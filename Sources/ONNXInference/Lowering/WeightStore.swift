import Synchronization
import TensorKernels

/// Constants as kernels read them, shared by all plans of a classifier.
final class WeightStore: Sendable {
  /// What a constant is made into, and its values' fingerprint.
  struct Key: Hashable {
    let form: String
    let shape: [Int]
    let fingerprint: [UInt64]
  }

  private let arenas = Mutex<[Key: FloatArena]>([:])

  /// Floats of all constants.
  var floats: Int { arenas.withLock { $0.values.reduce(0) { $0 + $1.count } } }

  /// Returns the memory for a form of a constant, which `fill` writes when it is asked for first.
  ///
  /// - Parameters:
  ///   - count: The floats of the form; a margin for reads past the end follows.
  func memory(
    _ form: String, of constant: Constant, count: Int,
    fill: ([Float], UnsafeMutablePointer<Float>) -> Void
  ) -> FloatArena {
    let values = constant.floats
    let key = Key(
      form: form, shape: constant.shape, fingerprint: WeightStore.fingerprint(values))
    if let arena = arenas.withLock({ $0[key] }) { return arena }
    let arena = FloatArena(count: count)
    fill(values, arena.base)
    return arenas.withLock { arenas in
      if let other = arenas[key] { return other }
      arenas[key] = arena
      return arena
    }
  }

  /// Returns 256 bits that two lists of numbers hardly ever share: four sums of products with odd numbers.
  private static func fingerprint(_ values: [Float]) -> [UInt64] {
    var sums: [UInt64] = [1, 2, 3, 4]
    values.withUnsafeBufferPointer { values in
      var (a, b, c, d) = (sums[0], sums[1], sums[2], sums[3])
      for value in values {
        let bits = UInt64(value.bitPattern)
        a = (a ^ bits) &* 0x9E37_79B9_7F4A_7C15
        b = (b &+ bits) &* 0xBF58_476D_1CE4_E5B9
        c = (c ^ (bits &<< 32)) &* 0x94D0_49BB_1331_11EB
        d = (d &+ (bits &<< 17)) &* 0xD6E8_FEB8_6659_FD93
        a ^= a &>> 29
        b ^= b &>> 31
      }
      sums = [a, b, c, d]
    }
    return sums
  }
}
