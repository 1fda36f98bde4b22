import RandomStreams
import Testing

/// Memory for a kernel's result, with a guard zone on each side that shows whether it was written.
///
/// A kernel may read the guards (whole vectors at the end of a row). They hold a number that no kernel
/// computes and that no result may depend on.
final class GuardedBuffer: @unchecked Sendable {
  let count: Int
  let pointer: UnsafeMutablePointer<Float>

  private let memory: UnsafeMutablePointer<Float>
  private static let guardFloats = 64

  private static let guardValue: Float = -1.234_567e30

  /// A result of `count` values, NaN until they are written.
  convenience init(count: Int) {
    self.init(updating: [Float](repeating: .nan, count: count))
  }

  /// Values that the kernel updates in place.
  init(updating values: [Float]) {
    let edge = GuardedBuffer.guardFloats
    let total = edge + (values.count + 15) / 16 * 16 + edge
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * total, alignment: 64)
    memory = raw.bindMemory(to: Float.self, capacity: total)
    memory.initialize(repeating: GuardedBuffer.guardValue, count: total)
    pointer = memory + edge
    pointer.update(from: values, count: values.count)
    count = values.count
  }

  deinit { memory.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Expects that at most `padding` floats behind the values, and none before them, were written.
  func expectGuards(
    padding: Int = 0, _ name: String = "the result",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let bits = GuardedBuffer.guardValue.bitPattern
    let before = (0..<GuardedBuffer.guardFloats).filter { memory[$0].bitPattern != bits }
    #expect(before.isEmpty, "\(name) was written before its start", sourceLocation: sourceLocation)
    let reach = (0..<GuardedBuffer.guardFloats).last { pointer[count + $0].bitPattern != bits }
    #expect(
      (reach ?? -1) < padding, "\(name) was written \((reach ?? -1) + 1) floats past its end",
      sourceLocation: sourceLocation)
  }
}

/// A kernel's operand: `values`, and behind them NaN, as far as a kernel may read.
///
/// A result that depends on what is behind the end turns to NaN.
func padded(_ values: [Float]) -> [Float] { values + [Float](repeating: .nan, count: 48) }

extension RandomStream {
  /// Returns `count` numbers drawn uniformly from `range`.
  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in
      range.lowerBound + (range.upperBound - range.lowerBound) * Float(uniform())
    }
  }
}

extension [Float] {
  /// The same numbers in double precision.
  var doubles: [Double] { map(Double.init) }
}
