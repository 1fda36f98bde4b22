// Stands in for the mutex of the module Synchronization, which Embedded Swift lacks.

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
