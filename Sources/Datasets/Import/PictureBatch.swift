import Foundation
import Synchronization

/// Reading many pictures at once.
enum PictureBatch {
  /// Returns the pixels of some pictures one after the other, read on all cores.
  ///
  /// - Parameter read: Returns the pixels of one picture.
  /// - Throws: What `read` throws for the first picture that is wrong.
  static func pixels(
    of paths: [String], _ read: @Sendable (String) throws -> [UInt8]
  ) throws -> Data {
    let results = Mutex([Result<[UInt8], any Error>?](repeating: nil, count: paths.count))
    DispatchQueue.concurrentPerform(iterations: paths.count) { index in
      let result = Result { try read(paths[index]) }
      results.withLock { $0[index] = result }
    }
    var data = Data()
    for result in results.withLock({ $0 }) {
      guard let result else { preconditionFailure("every picture was looked at") }
      data.append(contentsOf: try result.get())
    }
    return data
  }
}
