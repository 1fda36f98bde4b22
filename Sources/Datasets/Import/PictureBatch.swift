import Foundation
import Synchronization

/// Reading many pictures at once.
enum PictureBatch {
  /// Returns what is made of each of some pictures, in their order, read on all cores.
  ///
  /// - Parameter read: Returns what is made of one picture.
  /// - Throws: What `read` throws for the first picture that is wrong.
  static func read<Result: Sendable>(
    _ paths: [String], _ read: @Sendable (String) throws -> Result
  ) throws -> [Result] {
    try results(paths, read).map { try $0.get() }
  }

  /// Returns what is made of each of some pictures, or what is wrong with it.
  static func results<Result: Sendable>(
    _ paths: [String], _ read: @Sendable (String) throws -> Result
  ) -> [Swift.Result<Result, any Error>] {
    let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: paths.count))
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let result = Swift.Result { try read(paths[index]) }
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.map { result in
      guard let result else { preconditionFailure("every picture was looked at") }
      return result
    }
  }
}
