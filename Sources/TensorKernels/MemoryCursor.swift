/// Floats that must lie behind a buffer: kernels load one or two whole vectors at the end of a row, and use
/// of them only what belongs to the row.
public let readMargin = 2 * vectorWidth

/// Hands out consecutive buffers of one stretch of memory, or only counts what they take.
///
/// The same code lays out a stretch twice: first on a cursor without memory, to learn how much to ask
/// for, then on the memory itself.
public struct MemoryCursor {
  private let base: UnsafeMutablePointer<Float>
  /// Floats handed out so far.
  public private(set) var floats = 0

  /// A cursor that only counts: nothing may be read or written through what it gives.
  public init() {
    base = UnsafeMutablePointer(bitPattern: 64)!
  }

  public init(_ base: UnsafeMutablePointer<Float>) {
    self.base = base
  }

  /// Returns room for `count` floats, aligned to a vector, with a margin for reads past the end.
  public mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let place = base + floats
    floats += wholeVectors(count) + readMargin
    return place
  }

  /// Returns room for `count` doubles.
  public mutating func takeDoubles(_ count: Int) -> UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(take(2 * count)).assumingMemoryBound(to: Double.self)
  }
}
