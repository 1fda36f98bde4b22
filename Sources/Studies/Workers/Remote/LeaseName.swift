import FileFormats
import Foundation

/// One life of a worker: what was submitted, which of its workers, which start of it, and a random part.
///
/// It names the worker's folder. A scheduler gives the same number to what it starts again, and after a crash of
/// its own even to another job; the restarts and the random parts tell them apart.
struct LeaseName: Hashable, Sendable {
  /// Of the submission; chosen by the run.
  var token: String
  /// Among the workers of the submission.
  var index: Int
  /// How often the scheduler has started it again.
  var restarts: Int
  /// Chosen by the worker.
  var nonce: String

  /// The folder in `workers`.
  var folder: String { "\(token).\(index).\(restarts).\(nonce)" }

  init(token: String, index: Int, restarts: Int, nonce: String = LeaseName.random(8)) {
    (self.token, self.index, self.restarts, self.nonce) = (token, index, restarts, nonce)
  }

  /// Reads a folder's name; nil if it is of something else.
  init?(folder: String) {
    let parts = folder.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, let index = Int(parts[1]), let restarts = Int(parts[2]),
      index >= 0, restarts >= 0, LeaseName.isToken(parts[0]), LeaseName.isToken(parts[3])
    else { return nil }
    self.init(token: parts[0], index: index, restarts: restarts, nonce: parts[3])
  }

  /// Returns hexadecimal digits that nobody else has.
  static func random(_ count: Int) -> String {
    String((0..<count).map { _ in "0123456789abcdef".randomElement() ?? "0" })
  }

  /// Returns the first hexadecimal digits of a text's SHA-256.
  static func digest(_ text: String, digits: Int) -> String {
    String(ContentHash.hexadecimal(of: text).prefix(digits))
  }

  static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
  }
}
