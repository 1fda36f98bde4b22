// Stands in for what tests use of the module Synchronization and Embedded Swift cannot do: atomics that an escaping
// closure holds. The kernels themselves use the real ones.

/// A number that threads add to.
final class Atomic<Value: FixedWidthInteger>: @unchecked Sendable {
  enum Ordering { case relaxed }

  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func load(ordering: Ordering) -> Value { value.withLock { $0 } }

  func wrappingAdd(_ addend: Value, ordering: Ordering) { value.withLock { $0 &+= addend } }
}
