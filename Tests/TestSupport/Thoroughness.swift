import Foundation

/// How much the tests try: all of it where `AUTODISTILL_THOROUGH` is set, as `make check-all` does, and otherwise
/// a part that finds most faults in a fraction of the time.
public enum Thoroughness {
  public static let isFull =
    ProcessInfo.processInfo.environment["AUTODISTILL_THOROUGH"] != nil

  /// Returns `full` where everything is tried, `usual` otherwise.
  public static func pick<Value>(_ full: Value, usually usual: Value) -> Value {
    isFull ? full : usual
  }

  /// Returns every element where everything is tried, every `step`th otherwise.
  public static func every<Elements: Collection>(
    _ step: Int, of elements: Elements
  ) -> [Elements.Element] {
    isFull
      ? Array(elements)
      : elements.enumerated().filter { $0.offset % step == 0 }.map(\.element)
  }
}
