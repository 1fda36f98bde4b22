// Stands in for what tests use of the module Synchronization and Embedded Swift cannot do: a mutex, and atomics that
// an escaping closure holds. The kernels themselves use the real ones.

import Foundation

/// A value that one thread at a time sees.
final class Mutex<Value>: @unchecked Sendable {
  private var value: Value
  private let lock = NSCondition()

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&value)
  }
}

/// A number that threads add to.
final class Atomic<Value: FixedWidthInteger>: @unchecked Sendable {
  enum Ordering { case relaxed }

  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func load(ordering: Ordering) -> Value { value.withLock { $0 } }

  func wrappingAdd(_ addend: Value, ordering: Ordering) { value.withLock { $0 &+= addend } }
}
